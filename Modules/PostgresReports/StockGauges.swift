package import Metrics
package import Reactor
import Synchronization
package import UseCases

/// Shows the figures of the whole stock on `/metrics`.
///
/// It uses the readings that all callers share, so that frequent scrapes, or scrapes by many servers, cost no more than a
/// dashboard. An unknown figure is NaN: graphs leave it out, and no alert compares it.
package final class StockGauges: Sendable {
    /// How long a scrape waits; later figures appear in the next scrape.
    private static let scrapeTimeout = Duration.milliseconds(500)
    /// The window of the turnover, in days.
    private static let turnoverDays: Int64 = 30
    /// How old a turnover may be: it spans days and reads the sums of each day.
    private static let turnoverLifetime = Duration.seconds(60)

    private let reports: any StockReports
    private let reactor: Reactor
    private let turnover: SharedReading<TurnoverFigures>
    private let outOfStock: Gauge
    private let lowStock: Gauge
    private let records: Gauge
    private let products: Gauge
    private let value: Gauge
    private let pending: Gauge
    private let pendingUnits: Gauge
    private let alerts: Gauge
    private let success: Gauge
    private let turnoverRatio: Gauge

    /// - Parameters:
    ///   - currency: the code of all prices.
    ///   - factory: nil for the one that the program bootstrapped.
    package init(
        reports: any StockReports, currency: String, reactor: Reactor, factory: (any MetricsFactory)? = nil
    ) {
        let factory = factory ?? MetricsSystem.factory
        func gauge(_ label: String, _ dimensions: [(String, String)] = []) -> Gauge {
            Gauge(label: label, dimensions: dimensions, factory: factory)
        }
        self.reports = reports
        self.reactor = reactor
        turnover = SharedReading(
            reactor: reactor, lifetime: { _ in Self.turnoverLifetime },
            read: {
                do throws(ServiceFailure) {
                    let page = PageRequest(limit: 1)
                    return .success(try await reports.turnover(days: Self.turnoverDays, page: page).total)
                } catch {
                    return .failure(error)
                }
            })
        outOfStock = gauge("inventory_out_of_stock_records")
        lowStock = gauge("inventory_low_stock_records")
        records = gauge("inventory_records")
        products = gauge("inventory_products")
        value = gauge("inventory_stock_value", [("currency", currency)])
        pending = gauge("inventory_pending_reservations")
        pendingUnits = gauge("inventory_pending_units")
        alerts = gauge("inventory_open_alerts")
        success = gauge("inventory_reservation_success_ratio")
        turnoverRatio = gauge("inventory_turnover_ratio")
        record(nil as StockSummary?)
        record(nil as TurnoverFigures?)
    }

    /// Brings the gauges up to date, or returns without waiting further when that takes too long.
    package func refresh() async {
        let (done, continuation) = AsyncStream.makeStream(of: Never.self)
        // Not a child task: after its time limit the scrape must not wait for it.
        Task {
            await read()
            continuation.finish()
        }
        let timer = reactor.schedule(after: Self.scrapeTimeout) { continuation.finish() }
        for await _ in done {}
        timer.cancel()
    }

    private func read() async {
        record(try? await reports.summary())
        record(try? await turnover.value())
    }

    private func record(_ summary: StockSummary?) {
        func set(_ gauge: Gauge, _ figure: (StockSummary) -> Double?) {
            gauge.record(summary.flatMap(figure) ?? .nan)
        }
        set(outOfStock) { Double($0.outOfStockCount) }
        set(lowStock) { Double($0.lowStockCount) }
        set(records) { Double($0.inventoryCount) }
        set(products) { Double($0.productCount) }
        set(value) { Double($0.inventoryValue.description) }
        set(pending) { Double($0.pendingReservations) }
        set(pendingUnits) { Double($0.pendingUnits.description) }
        set(alerts) { Double($0.openAlerts) }
        set(success) { $0.attempts > 0 ? Double($0.succeeded) / Double($0.attempts) : nil }
    }

    private func record(_ figures: TurnoverFigures?) {
        turnoverRatio.record(figures?.turnover.flatMap { Double($0.description) } ?? .nan)
    }
}
