package import HTTPCore
package import UseCases

/// The routes of the dashboard: its pages, assets, sessions and live updates. The OpenAPI description leaves them out.
package struct DashboardSite: Sendable {
    package let endpoints: [Endpoint]
    private let feed: ChangeFeed

    /// - Parameters:
    ///   - currency: the currency code of all prices.
    ///   - latencies: this server's latencies, for the overview.
    package init(
        configuration: DashboardConfiguration,
        reservations: ReservationService,
        reader: StockReader,
        catalogue: any CatalogueStore,
        alerts: any AlertStore,
        reports: any StockReports,
        currency: String = "USD",
        latencies: @escaping @Sendable () -> ServiceLatencies = { ServiceLatencies() }
    ) {
        feed = ChangeFeed(queries: configuration.queries)
        let renderer = PageRenderer(configuration: configuration, feed: feed)
        endpoints =
            AssetEndpoints().endpoints + SessionEndpoints(renderer: renderer).endpoints
            + EventEndpoint(renderer: renderer).endpoints
            + OverviewPage(
                renderer: renderer, queries: configuration.queries, reader: reader, reports: reports,
                currency: currency, latencies: latencies
            ).endpoints
            + ProductPages(
                renderer: renderer, queries: configuration.queries, reader: reader, catalogue: catalogue,
                currency: currency
            ).endpoints
            + OrderPage(renderer: renderer, reservations: reservations).endpoints
            + AlertsPage(renderer: renderer, alerts: alerts).endpoints
    }

    /// Ends the live updates at shutdown; otherwise they last until the browser disconnects.
    package func endStreams() {
        feed.end()
    }
}
