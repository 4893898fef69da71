import Domain
import Metrics
import Reactor
import Synchronization
import TestSupport
import Testing
import UseCases

@testable import PostgresReports
@testable import WritePath

/// The metrics of the write path and of the whole stock.
struct MetricsTests {
    /// Keeps the value of each series, by `label{dimension,…}`.
    private final class Values: MetricsFactory, Sendable {
        private let all = Shared<[String: Double]>([:])

        subscript(_ name: String) -> Double? { all.value[name] }
        var names: Set<String> { Set(all.value.keys) }

        private func name(_ label: String, _ dimensions: [(String, String)]) -> String {
            dimensions.isEmpty ? label : "\(label){\(dimensions.map(\.1).joined(separator: ","))}"
        }

        func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
            Series(name(label, dimensions), all)
        }
        func makeRecorder(label: String, dimensions: [(String, String)], aggregate _: Bool) -> any RecorderHandler {
            Series(name(label, dimensions), all)
        }
        func makeTimer(label _: String, dimensions _: [(String, String)]) -> any TimerHandler {
            NOOPMetricsHandler.instance
        }
        func destroyCounter(_: any CounterHandler) {}
        func destroyRecorder(_: any RecorderHandler) {}
        func destroyTimer(_: any TimerHandler) {}
    }

    private final class Series: CounterHandler, RecorderHandler {
        private let name: String
        private let all: Shared<[String: Double]>

        init(_ name: String, _ all: Shared<[String: Double]>) {
            self.name = name
            self.all = all
            all.update { $0[name] = $0[name] ?? 0 }
        }

        func increment(by amount: Int64) { all.update { [name] in $0[name, default: 0] += Double(amount) } }
        func reset() {}
        func record(_ value: Int64) { record(Double(value)) }
        func record(_ value: Double) { all.update { [name] in $0[name] = value } }
    }

    @Test func `Commands are counted by action and outcome`() throws {
        let values = Values()
        var tally = CommandTally(factory: values)
        #expect(values["inventory_reservations_total{reserve,done}"] == 0, "a rate needs a beginning")
        for kind in MovementKind.allCases {
            #expect(values["inventory_stock_operations_total{\(kind.rawValue),done}"] == 0)
        }
        let count = 8 + MovementKind.allCases.count
        #expect(values.names.count == count)
        let order = StockFixture.order()
        let reference = RecordReference(
            key: RecordKey(product: ProductID(high: 0, low: 1), warehouse: WarehouseID(high: 0, low: 1)),
            sku: try #require(SKU("A")), warehouseCode: try #require(WarehouseCode("W")))
        let reserve = Command.reserve(
            ReserveOrder(orderID: order, items: [.init(record: reference, quantity: 1)], seconds: 1))
        tally.count(reserve, nil)
        tally.count(reserve, nil)
        let shortage = StockRefusal.insufficientStock(
            .init(record: reference, inventoryID: nil, available: 0, requested: 1))
        tally.count(reserve, .refused(shortage))
        tally.count(.confirm(order), .refused(.reservationExpired(order)))
        tally.count(.confirm(order), .systemBusy)
        let ship = Movement.change(.ship, StockChange(record: reference, quantity: 1))
        tally.count(.move(ship), nil)
        tally.count(.batch([ship]), .refused(.operation(index: 0, shortage)))
        #expect(values["inventory_reservations_total{reserve,done}"] == 2)
        #expect(values["inventory_reservations_total{reserve,insufficient_stock}"] == 1)
        #expect(values["inventory_reservations_total{confirm,reservation_expired}"] == 1)
        #expect(values["inventory_reservations_total{confirm,system_busy}"] == 1)
        #expect(values["inventory_stock_operations_total{ship,done}"] == 1)
        #expect(values["inventory_stock_operations_total{batch,insufficient_stock}"] == 1)
        #expect(values.names.count == count + 4)
    }

    // MARK: The stock

    /// Reports with fixed figures, or a failure, after the gate is open.
    private struct FakeReports: StockReports {
        let isAway: Shared<Bool>
        let requests: Shared<Int>
        let gate: (@Sendable () async -> Void)?

        func summary() async throws(ServiceFailure) -> StockSummary {
            requests.update { $0 += 1 }
            await gate?()
            if isAway.value { throw .unavailable(cause: "away") }
            return StockSummary(
                outOfStockCount: 1, lowStockCount: 2,
                inventoryValue: ExactDecimal("92233720368547758070.25") ?? ExactDecimal(0),
                productCount: 3, inventoryCount: 4, pendingReservations: 5, pendingUnits: ExactDecimal(6), attempts: 8,
                succeeded: 6, openAlerts: 7)
        }
        func turnover(days: Int64, page: PageRequest) async throws(ServiceFailure) -> TurnoverReport {
            if isAway.value { throw .unavailable(cause: "away") }
            let total = TurnoverFigures(
                unitsOut: ExactDecimal(days), valueOut: ExactDecimal(0), averageOnHand: ExactDecimal(0),
                turnover: ExactDecimal("1.2500"), daysOfCover: nil)
            return TurnoverReport(total: total, page: Page(items: [], next: nil))
        }
        func topMovers(days _: Int64, limit _: Int) async throws(ServiceFailure) -> [TopMover] { [] }
        func movements(days _: Int64, bucket _: MovementBucket) async throws(ServiceFailure) -> [MovementLine] { [] }
    }

    /// Scrapes until the gauge has the value: on a busy machine one scrape may not wait for long enough.
    private static func refresh(_ gauges: StockGauges, until isSo: () -> Bool) async throws {
        try await eventually("the gauges are up to date") {
            await gauges.refresh()
            return isSo()
        }
    }

    @Test func `The stock's gauges show the reports' figures, and NaN while they are unknown`() async throws {
        let values = Values()
        let reports = FakeReports(isAway: Shared(false), requests: Shared(0), gate: nil)
        let gauges = StockGauges(reports: reports, currency: "EUR", reactor: TestDatabase.reactor, factory: values)
        #expect(values["inventory_low_stock_records"]?.isNaN == true)
        #expect(reports.requests.value == 0, "nothing is read before the first scrape")
        // The last figure that a refresh reads.
        try await Self.refresh(gauges) { values["inventory_turnover_ratio"] == 1.25 }
        let expected = [
            "inventory_out_of_stock_records": 1, "inventory_low_stock_records": 2, "inventory_products": 3,
            "inventory_records": 4, "inventory_pending_reservations": 5, "inventory_pending_units": 6,
            "inventory_open_alerts": 7, "inventory_reservation_success_ratio": 0.75,
            "inventory_stock_value{EUR}": 92_233_720_368_547_758_070.25, "inventory_turnover_ratio": 1.25,
        ]
        #expect(values.names == Set(expected.keys))
        for (name, value) in expected { #expect(values[name] == value, "\(name)") }
        reports.isAway.update { $0 = true }
        try await Self.refresh(gauges) { values["inventory_low_stock_records"]?.isNaN == true }
        #expect(values["inventory_turnover_ratio"] == 1.25, "a minute old at most")
    }

    @Test(.timeLimit(.minutes(1))) func `A scrape does not wait for a report that hangs`() async throws {
        let values = Values()
        let (opened, open) = AsyncStream.makeStream(of: Never.self)
        let reports = FakeReports(isAway: Shared(false), requests: Shared(0)) { for await _ in opened {} }
        let gauges = StockGauges(reports: reports, currency: "EUR", reactor: TestDatabase.reactor, factory: values)
        await gauges.refresh()
        #expect(values["inventory_low_stock_records"]?.isNaN == true)
        open.finish()
        try await Self.refresh(gauges) { values["inventory_low_stock_records"] == 2 }
    }
}

/// A value that several tasks share.
private final class Shared<Value: Sendable>: Sendable {
    private let stored: Mutex<Value>

    init(_ value: Value) { stored = Mutex(value) }

    var value: Value { stored.withLock { $0 } }
    func update(_ change: @Sendable (inout Value) -> Void) { stored.withLock { change(&$0) } }
}
