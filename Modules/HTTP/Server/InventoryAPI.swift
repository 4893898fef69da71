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

    /// - Parameters:
    ///   - queries: for exports.
    ///   - currency: the code of all prices.
    ///   - latencies: this server's own, for the summary.
    ///   - metrics: the whole text of `/metrics`.
    ///   - authenticator: who may call; `OpenAuthenticator` only where the server binds to loopback.
    ///   - reservationSeconds: how long units are held when the caller does not say (`RESERVATION_TTL_SECONDS`),
    ///     1 ... 604,800.
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
        metrics: @escaping @Sendable () -> String = { "" },
        health: HealthMonitor,
        authenticator: any Authenticator,
        reservationSeconds: Int64 = 600
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
