package import HTTPCore
package import Telemetry
package import UseCases

/// The routes of the public API.
package struct InventoryAPI: Sendable {
    private let stock: StockService
    private let reservations: ReservationService
    private let reader: StockReader
    private let catalogue: any CatalogueStore
    private let queries: any StockQueries
    private let imports: ImportEndpoints
    private let alerts: any AlertStore
    private let reports: ReportEndpoints
    private let metrics: MetricsEndpoint
    private let health: HealthMonitor
    private let reservationSeconds: Int64

    /// - Parameters:
    ///   - queries: for exports.
    ///   - currency: the currency code of all prices.
    ///   - latencies: this server's latencies, for the summary.
    ///   - metrics: the text of `/metrics`.
    ///   - reservationSeconds: how long units are held when the request has no `ttl` (`RESERVATION_TTL_SECONDS`),
    ///     1 ... 604,800.
    package init(
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
        self.reservationSeconds = reservationSeconds
    }

    /// Every route, in the order in which the description lists them.
    package var endpoints: [Endpoint] {
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
