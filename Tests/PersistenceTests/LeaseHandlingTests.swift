import Domain
import Synchronization
import TestSupport
import Testing
import UseCases
import WritePath

/// How a lane handles the lease store's answers.
@Suite(.serialized)
struct LeaseHandlingTests {
    /// A lease store that gives the answer that a test sets.
    private final class ScriptedLeases: LeaseStore {
        enum Answer { case granted, busy, unavailable }
        private let answer: Mutex<Answer>
        private let acquisitions = Atomic<Int>(0)
        private let releases = Atomic<Int>(0)

        init(_ answer: Answer) { self.answer = Mutex(answer) }

        func set(_ new: Answer) { answer.withLock { $0 = new } }
        var acquired: Int { acquisitions.load(ordering: .relaxed) }
        var released: Int { releases.load(ordering: .relaxed) }

        func acquire(_ groups: [[LeaseKey]]) async -> LeaseGrant {
            acquisitions.add(1, ordering: .relaxed)
            let token = LeaseToken(value: 1)
            switch answer.withLock({ $0 }) {
            case .granted:
                return .answered(
                    granted: groups.map { _ in true }, token: token, contended: Set(groups.flatMap { $0 }))
            case .busy:
                return .answered(granted: groups.map { _ in false }, token: token, contended: [])
            case .unavailable:
                return .unavailable
            }
        }

        func release(_ keys: [LeaseKey], token: LeaseToken) async {
            releases.add(1, ordering: .relaxed)
        }
    }

    private func with(
        _ answer: ScriptedLeases.Answer, _ policy: LeaseFailurePolicy = .continueOnRowLocks,
        _ body: (PostgresStock, Command, ScriptedLeases) async throws -> Void
    ) async throws {
        let leases = ScriptedLeases(answer)
        var settings = EngineSettings()
        settings.onLeaseFailure = policy
        settings.waitLimit = .milliseconds(600)
        try await PostgresStock.with(leases: leases, settings: settings) { stock in
            let record = try await stock.makeCatalogue(skus: ["A"], warehouses: ["W"])[0]
            try await body(stock, .move(.change(.receive, StockChange(record: record, quantity: 1))), leases)
        }
    }

    @Test("granted leases are released once, even if others wait for them")
    func granted() async throws {
        try await with(.granted) { stock, command, leases in
            for _ in 0..<5 { _ = try await stock.engine.submit(command, actor: "test") }
            #expect(leases.acquired == 5 && leases.released == 5)
        }
    }

    @Test("a lease that stays busy ends in system_busy without effect")
    func busy() async throws {
        try await with(.busy) { stock, command, leases in
            #expect(await stock.result(of: command) == .failure(.systemBusy))
            #expect(leases.acquired > 1 && leases.released == 0)
            let rows = try await stock.count("SELECT count(*) FROM inventory_transactions")
            #expect(rows == 0)
        }
    }

    @Test("a lease that becomes free in time is taken")
    func freed() async throws {
        try await with(.busy) { stock, command, leases in
            async let result = stock.result(of: command)
            try await eventually("the lane has tried twice") { leases.acquired > 1 }
            leases.set(.granted)
            #expect((try? await result.get()) != nil)
        }
    }

    @Test("without a lease store the lane continues under row locks or refuses, as the setting says")
    func unavailable() async throws {
        try await with(.unavailable) { stock, command, _ in
            #expect((try? await stock.result(of: command).get()) != nil)
        }
        try await with(.unavailable, .refuse) { stock, command, _ in
            #expect(await stock.result(of: command) == .failure(.systemBusy))
        }
    }
}
