import Synchronization
import TestSupport
import Testing
import UseCases

@testable import PostgresDirectory

struct CoalescedLookupTests {
    /// A database that answers queries when the test says so.
    private final class Database: Sendable {
        typealias Answer = CheckedContinuation<ServiceFailure?, Never>
        private let queries = Mutex<[(keys: [Int], answer: Answer)]>([])
        private let asked = Mutex<[[Int]]>([])

        var log: [[Int]] { asked.withLock { $0 } }

        func look(_ keys: [Int]) async throws(ServiceFailure) {
            let failure = await withCheckedContinuation { (answer: Answer) in
                asked.withLock { $0.append(keys) }
                queries.withLock { $0.append((keys, answer)) }
            }
            if let failure { throw failure }
        }

        /// Answers the query that runs; there is one at a time.
        func answer(_ failure: ServiceFailure? = nil) async throws {
            try await eventually("a query") { self.queries.withLock { $0.count } > 0 }
            let waiting = queries.withLock { queries in
                defer { queries = [] }
                return queries
            }
            #expect(waiting.count == 1)
            waiting.first?.answer.resume(returning: failure)
        }
    }

    private let database = Database()
    private let lookup: CoalescedLookup<Int>

    init() {
        lookup = CoalescedLookup { [database] keys throws(ServiceFailure) in try await database.look(keys) }
    }

    /// Starts a caller and returns once the given number of callers waits.
    private func caller(_ keys: [Int], waiting: Int) async throws -> Task<ServiceFailure?, Never> {
        let task = Task { [lookup] () -> ServiceFailure? in
            do throws(ServiceFailure) {
                try await lookup.learn(keys)
                return nil
            } catch {
                return error
            }
        }
        try await eventually("it waits") { lookup.waitingCount == waiting }
        return task
    }

    @Test("the first caller queries at once; all that arrive meanwhile share the next query")
    func gathers() async throws {
        let first = try await caller([1], waiting: 0)
        try await eventually("the first query") { database.log == [[1]] }
        let others = [
            try await caller([2], waiting: 1), try await caller([3, 4], waiting: 2), try await caller([1], waiting: 3),
        ]
        try await database.answer()
        #expect(await first.value == nil)
        try await database.answer()
        for other in others { #expect(await other.value == nil) }
        #expect(database.log == [[1], [2, 3, 4, 1]])
        let last = try await caller([5], waiting: 0)
        try await database.answer()
        #expect(await last.value == nil)
    }

    @Test("a failed query fails its own callers and no others")
    func fails() async throws {
        let first = try await caller([1], waiting: 0)
        try await eventually("the first query") { database.log == [[1]] }
        let second = try await caller([2], waiting: 1)
        let third = try await caller([3], waiting: 2)
        try await database.answer(.unavailable(cause: "gone"))
        #expect(await first.value == .unavailable(cause: "gone"))
        try await database.answer()
        #expect(await second.value == nil)
        #expect(await third.value == nil)
    }

    @Test("a cancelled caller does not cancel the others")
    func cancelled() async throws {
        let first = try await caller([1], waiting: 0)
        try await eventually("the first query") { database.log == [[1]] }
        let second = try await caller([2], waiting: 1)
        let third = try await caller([3], waiting: 2)
        first.cancel()
        second.cancel()
        try await database.answer()
        try await database.answer()
        #expect(await third.value == nil)
        #expect(database.log == [[1], [2, 3]])
    }

    @Test("a query has 500 keys at most, unless one caller alone has more")
    func bounded() async throws {
        let first = try await caller([0], waiting: 0)
        try await eventually("the first query") { database.log == [[0]] }
        let sizes = [300, 200, 1, 700, 2]
        var others: [Task<ServiceFailure?, Never>] = []
        for (index, size) in sizes.enumerated() {
            others.append(try await caller(Array(repeating: index, count: size), waiting: index + 1))
        }
        for _ in 0..<4 { try await database.answer() }
        // 300 and 200; 1; 700; 2.
        try await database.answer()
        for other in others { #expect(await other.value == nil) }
        #expect(await first.value == nil)
        #expect(database.log.map(\.count) == [1, 500, 1, 700, 2])
    }
}
