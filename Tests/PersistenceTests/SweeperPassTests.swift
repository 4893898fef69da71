import Domain
import Synchronization
import TestSupport
import Testing
import UseCases

/// A sweeper's pass over fake ports.
struct SweeperPassTests {
    @Test("commands are bounded in weight and in number at once")
    func bounded() async throws {
        var bounds = SweepBounds()
        bounds.pageLimit = 10
        bounds.commandWeight = 5
        bounds.inFlight = 3
        // 25 records with two reservations each, one with twelve.
        let stock = FakeStock((0..<25).map { _ in 2 } + [12])
        let result = await ReservationSweeper(overdue: stock, commands: stock, bounds: bounds).pass()
        #expect(result.released == 62)
        #expect(result.records == 26)
        #expect(result.isComplete)
        #expect(stock.mostInFlight <= 3)
        #expect(stock.heaviest <= 12)
        #expect(stock.commands.filter { $0.count > 1 }.allSatisfy { $0.count == 2 })
    }

    @Test("a failing record does not affect others: the rest of its command is released, and the pass continues")
    func faultyRecord() async throws {
        let stock = FakeStock((0..<20).map { _ in 1 })
        stock.fail(7, with: .systemBusy)
        let faults = Mutex<[SweepFault]>([])
        let sweeper = ReservationSweeper(overdue: stock, commands: stock) { fault in
            faults.withLock { $0.append(fault) }
        }
        let result = await sweeper.pass()
        #expect(result.released == 19)
        #expect(result.records == 19)
        #expect(result.failures == 1)
        #expect(result.isComplete)
        #expect(faults.withLock { $0.map(\.records) } == [[stock.records[7]]])
    }

    @Test("records that always fail are skipped: the keyset advances and the pass ends")
    func faultyFirst() async throws {
        var bounds = SweepBounds()
        bounds.pageLimit = 2
        let stock = FakeStock((0..<10).map { _ in 1 })
        for index in 0..<5 { stock.fail(index, with: .internalFault(cause: "damaged")) }
        let result = await ReservationSweeper(overdue: stock, commands: stock, bounds: bounds).pass()
        #expect(result.released == 5)
        #expect(result.failures == 5)
        #expect(result.isComplete)
    }

    @Test("a record that fails is tried once a pass, however many pages it is on")
    func faultyOnEveryPage() async throws {
        var bounds = SweepBounds()
        bounds.pageLimit = 2
        let stock = FakeStock((0..<10).map { _ in 1 }, onEveryPage: 0)
        stock.fail(0, with: .systemBusy)
        let result = await ReservationSweeper(overdue: stock, commands: stock, bounds: bounds).pass()
        #expect(result.released == 9)
        #expect(result.failures == 1)
        #expect(stock.commands.filter { $0 == [stock.records[0]] }.count == 1)
        #expect(stock.commands.filter { $0.contains(stock.records[0]) }.count == 2)
    }

    @Test("a pass gives up when the store is away")
    func away() async throws {
        var bounds = SweepBounds()
        bounds.commandWeight = 1
        bounds.inFlight = 1
        let stock = FakeStock((0..<100).map { _ in 1 })
        for index in 0..<100 { stock.fail(index, with: .unavailable(cause: "away")) }
        let result = await ReservationSweeper(overdue: stock, commands: stock, bounds: bounds).pass()
        #expect(result.failures == bounds.unavailableLimit)
        #expect(!result.isComplete)
        #expect(stock.commands.count == bounds.unavailableLimit)
    }

    @Test("a cancelled pass finishes what is in flight and begins nothing more")
    func cancelled() async throws {
        var bounds = SweepBounds()
        bounds.commandWeight = 1
        bounds.inFlight = 2
        let stock = FakeStock((0..<10).map { _ in 1 })
        stock.hold()
        let pass = Task { await ReservationSweeper(overdue: stock, commands: stock, bounds: bounds).pass() }
        try await eventually("two are in flight") { stock.commands.count == 2 }
        pass.cancel()
        stock.resume()
        let result = await pass.value
        #expect(result.released == 2)
        #expect(result.failures == 0)
        #expect(!result.isComplete)
        #expect(stock.commands.count == 2)
    }

    @Test("a store that releases nothing although more is left is a fault, not an endless pass")
    func stuck() async throws {
        let stock = FakeStock([1])
        stock.answer(.expired(count: 0, isComplete: false))
        let result = await ReservationSweeper(overdue: stock, commands: stock).pass()
        #expect(result.failures == 1)
        #expect(result.released == 0)
    }
}

/// Overdue reservations as a count for each record, in the keyset's order.
private final class FakeStock: OverdueRecords, CommandStore {
    let records: [RecordReference]
    /// A record with reservations on every page.
    private let recurring: Int?
    private let state: Mutex<State>

    private struct State {
        var left: [Int]
        var failures: [Int: ServiceFailure] = [:]
        var answer: Outcome?
        var commands: [[RecordReference]] = []
        var inFlight = 0
        var mostInFlight = 0
        var heaviest = 0
        var isHeld = false
    }

    init(_ counts: [Int], onEveryPage recurring: Int? = nil) {
        self.recurring = recurring
        var random = SeededRandom(seed: 1)
        let code = WarehouseCode("W")
        records = counts.indices.compactMap { index in
            guard let sku = SKU("S\(index)"), let code else { return nil }
            return RecordReference(
                key: RecordKey(product: random.identifier(), warehouse: random.identifier()), sku: sku,
                warehouseCode: code)
        }
        state = Mutex(State(left: counts))
    }

    var commands: [[RecordReference]] { state.withLock { $0.commands } }
    var mostInFlight: Int { state.withLock { $0.mostInFlight } }
    var heaviest: Int { state.withLock { $0.heaviest } }

    func fail(_ index: Int, with failure: ServiceFailure) { state.withLock { $0.failures[index] = failure } }
    func answer(_ outcome: Outcome) { state.withLock { $0.answer = outcome } }
    func hold() { state.withLock { $0.isHeld = true } }
    func resume() { state.withLock { $0.isHeld = false } }

    /// The low half of a position's id is the index of the page's last record.
    func page(
        after position: OverduePosition?, until instant: Instant?, limit: Int
    ) async throws(ServiceFailure) -> OverduePage {
        let first = position.map { Int($0.id.low) + 1 } ?? 0
        let lines = state.withLock { state in
            (first..<records.count).filter { state.left[$0] > 0 }.prefix(limit).map { ($0, state.left[$0]) }
        }
        let more = recurring.map { first > $0 ? [OverduePage.Line(record: records[$0], count: 1)] : [] } ?? []
        let now = Instant(milliseconds: 10_000)
        return OverduePage(
            lines: more + lines.map { OverduePage.Line(record: records[$0.0], count: $0.1) },
            instant: instant ?? now, oldest: lines.isEmpty ? nil : Instant(milliseconds: 0),
            next: lines.count < limit
                ? nil
                : lines.last.map {
                    OverduePosition(expiresAtMicroseconds: 0, id: ReservationID(high: 0, low: UInt64($0.0)))
                })
    }

    func submit(_ command: Command, actor: String, once: Once<Outcome>?) async throws(ServiceFailure) -> Outcome {
        guard case .expire(let wanted) = command, actor == "sweeper" else {
            throw .internalFault(cause: "unexpected \(command) of \(actor)")
        }
        state.withLock { state in
            state.commands.append(wanted)
            state.inFlight += 1
            state.mostInFlight = max(state.mostInFlight, state.inFlight)
        }
        defer { state.withLock { $0.inFlight -= 1 } }
        repeat { await Task.yield() } while state.withLock { $0.isHeld }
        let indices = wanted.compactMap(records.firstIndex)
        let answer = state.withLock { state -> Result<Outcome, ServiceFailure> in
            if let failure = indices.compactMap({ state.failures[$0] }).first { return .failure(failure) }
            if let answer = state.answer { return .success(answer) }
            let count = indices.reduce(0) { $0 + state.left[$1] }
            for index in indices { state.left[index] = 0 }
            state.heaviest = max(state.heaviest, count)
            return .success(.expired(count: count, isComplete: true))
        }
        return try answer.get()
    }
}
