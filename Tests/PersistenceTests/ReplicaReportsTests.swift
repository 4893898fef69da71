import Domain
import Synchronization
import TestSupport
import Testing
import UseCases

/// Reports from a replica while it answers, and from the primary while it does not.
struct ReplicaReportsTests {
    /// Reports whose lines carry the source's name, or that fail.
    private struct Source: StockReports {
        let name: String
        var failure: @Sendable () -> ServiceFailure? = { nil }

        private func check() throws(ServiceFailure) {
            if let failure = failure() { throw failure }
        }

        func summary() async throws(ServiceFailure) -> StockSummary {
            try check()
            throw .internalFault(cause: "not asked for here")
        }

        func topMovers(days: Int64, limit: Int) async throws(ServiceFailure) -> [TopMover] {
            try check()
            guard let sku = SKU(name) else { throw .internalFault(cause: "no SKU") }
            return [TopMover(sku: sku, name: name, transactionCount: days, unitsOut: ExactDecimal(Int64(limit)))]
        }

        func turnover(days: Int64, page: PageRequest) async throws(ServiceFailure) -> TurnoverReport {
            try check()
            throw .badCursor
        }

        func movements(days: Int64, bucket: MovementBucket) async throws(ServiceFailure) -> [MovementLine] {
            try check()
            return []
        }
    }

    /// Whether the replica is away, and the changes that were reported.
    private final class Fixture: Sendable {
        private let away = Mutex(false)
        private let reported = Mutex<[ServiceFailure?]>([])

        var isAway: Bool {
            get { away.withLock { $0 } }
            set { away.withLock { $0 = newValue } }
        }
        var changes: [ServiceFailure?] { reported.withLock { $0 } }

        func report(_ change: ServiceFailure?) { reported.withLock { $0.append(change) } }
    }

    @Test("the primary replaces a failing replica, and the failure and the recovery are each reported once")
    func fallback() async throws {
        let fixture = Fixture()
        let gone = ServiceFailure.unavailable(cause: "gone")
        let reports = ReplicaReports(
            replica: Source(name: "replica", failure: { fixture.isAway ? gone : nil }), primary: Source(name: "primary")
        ) { fixture.report($0) }
        func source() async throws -> String? { try await reports.topMovers(days: 7, limit: 1).first?.name }
        #expect(try await source() == "replica")
        #expect(fixture.changes == [])
        fixture.isAway = true
        for _ in 0..<2 { #expect(try await source() == "primary") }
        #expect(fixture.changes == [gone])
        fixture.isAway = false
        for _ in 0..<2 { #expect(try await source() == "replica") }
        #expect(fixture.changes == [gone, nil])
    }

    @Test("a replica that is behind is not read until it has caught up")
    func behind() async throws {
        let fixture = Fixture()
        let reports = ReplicaReports(
            replica: Source(name: "replica"), primary: Source(name: "primary"), isBehind: { fixture.isAway },
            onChange: { fixture.report($0) })
        func source() async throws -> String? { try await reports.topMovers(days: 7, limit: 1).first?.name }
        #expect(try await source() == "replica")
        fixture.isAway = true
        for _ in 0..<2 { #expect(try await source() == "primary") }
        fixture.isAway = false
        #expect(try await source() == "replica")
        #expect(fixture.changes == [.unavailable(cause: "the replica is behind the primary"), nil])
    }

    @Test("a caller's mistake is not retried on the primary")
    func mistake() async throws {
        let fixture = Fixture()
        let primary = Source(name: "primary", failure: { .internalFault(cause: "asked") })
        let reports = ReplicaReports(replica: Source(name: "replica"), primary: primary) { fixture.report($0) }
        await #expect(throws: ServiceFailure.badCursor) {
            _ = try await reports.turnover(days: 7, page: PageRequest(limit: 1))
        }
        #expect(fixture.changes == [])
    }
}
