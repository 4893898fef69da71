public import Telemetry
public import UseCases

/// The API's routes over the use cases: what a composition root hands to `HTTPServer`.
public struct InventoryAPI: Sendable {
    private let stock: StockService
    private let reservations: ReservationService
    private let reader: StockReader
    private let catalogue: any CatalogueStore
    private let queries: any StockQueries
    private let imports: ImportEndpoints
    private let alerts: any AlertStore
    private let reports: ReportEndpoints
    private let metrics: MetricsEndpoint
    let health: HealthMonitor
    let authenticator: any Authenticator
    private let reservationSeconds: Int64
    private let currency: String
    private let dashboard: DashboardConfiguration?
    private let feed: ChangeFeed?

    /// - Parameters:
    ///   - queries: for exports.
    ///   - currency: the code of all prices.
    ///   - latencies: this server's own, for the summary.
    ///   - metrics: the whole text of `/metrics`.
    ///   - authenticator: who may call; `OpenAuthenticator` only where the server binds to loopback.
    ///   - reservationSeconds: how long units are held when the caller does not say (`RESERVATION_TTL_SECONDS`),
    ///     1 ... 604,800.
    ///   - dashboard: nil serves no pages.
    public init(
        stock: StockService,
        reservations: ReservationService,
        reader: StockReader,
        catalogue: any CatalogueStore,
        queries: any StockQueries,
        imports: any BulkImport,
        alerts: any AlertStore,
        reports: any StockReports,
        currency: String = "USD",
        latencies: @escaping @Sendable () -> ServiceLatencies = { ServiceLatencies() },
        metrics: @escaping @Sendable () async -> String = { "" },
        health: HealthMonitor,
        authenticator: any Authenticator,
        reservationSeconds: Int64 = 600,
        dashboard: DashboardConfiguration? = nil
    ) {
        precondition(ReservationLimits.seconds.contains(reservationSeconds))
        self.stock = stock
        self.reservations = reservations
        self.reader = reader
        self.catalogue = catalogue
        self.queries = queries
        self.imports = ImportEndpoints(imports: imports)
        self.alerts = alerts
        self.reports = ReportEndpoints(reports: reports, currency: currency, latencies: latencies)
        self.metrics = MetricsEndpoint(metrics: metrics)
        self.health = health
        self.authenticator = authenticator
        self.reservationSeconds = reservationSeconds
        self.currency = currency
        self.dashboard = dashboard
        feed = dashboard.map { ChangeFeed(queries: $0.queries) }
    }

    /// Ends what would last as long as somebody listens. Called when the server begins to stop.
    func endStreams() {
        feed?.end()
    }

    /// The dashboard's pages. They are for people: the description for programs leaves them out.
    var pages: [Endpoint] {
        guard let dashboard, let feed else { return [] }
        let house = PageRenderer(configuration: dashboard, feed: feed)
        return AssetEndpoints().endpoints + SessionEndpoints(house: house).endpoints
            + EventEndpoint(house: house).endpoints
            + OverviewPage(
                house: house, queries: dashboard.queries, reader: reader, reports: reports.reports,
                figures: ReportFigures(routes: routes), currency: currency, latencies: reports.latencies
            ).endpoints
            + ProductPages(
                house: house, queries: dashboard.queries, reader: reader, catalogue: catalogue, currency: currency
            ).endpoints
            + OrderPage(house: house, reservations: reservations).endpoints
            + AlertsPage(house: house, alerts: alerts).endpoints
    }

    /// Every route of the server, its description among them.
    var endpoints: [Endpoint] {
        routes + DocumentationEndpoints(beside: routes, credentials: authenticator.credentials).endpoints
    }

    private var routes: [Endpoint] {
        HealthEndpoints(health: health).endpoints + [metrics.endpoint]
            + ProductEndpoints(catalogue: catalogue).endpoints
            + WarehouseEndpoints(catalogue: catalogue).endpoints
            + imports.endpoints
            + ExportEndpoints(catalogue: catalogue, queries: queries).endpoints
            + StockEndpoints(stock: stock).endpoints
            + [
                BatchEndpoint(stock: stock).endpoint,
                ReorderPolicyEndpoint(stock: stock).endpoint,
                AvailabilityEndpoint(reader: reader).endpoint,
            ]
            + InventoryReadEndpoints(reader: reader).endpoints
            + AlertEndpoints(alerts: alerts).endpoints
            + reports.endpoints
            + ReservationEndpoints(reservations: reservations, standardSeconds: reservationSeconds).endpoints
    }
}
