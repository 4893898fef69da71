import Glibc
import Reactor
import Testing

struct BlockingThreadTests {
    private struct Refusal: Error, Equatable {}

    private static func pass(_ inside: Count) {
        #expect(inside.add() == 1)
        inside.add(-1)
    }

    @Test func `calls run one at a time and in order`() async throws {
        let thread = BlockingThread(name: "test")
        defer { thread.shutdown() }
        let inside = Count()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<200 {
                group.addTask { try await thread.run { Self.pass(inside) } }
            }
            try await group.waitForAll()
        }
    }

    @Test func `a result and an error come back to the caller`() async throws {
        let thread = BlockingThread(name: "test")
        defer { thread.shutdown() }
        #expect(try await thread.run { 42 } == 42)
        await #expect(throws: Refusal()) { try await thread.run { throw Refusal() } }
    }

    @Test("blocking calls have threads of their own, however many the shared pool has", .timeLimit(.minutes(1)))
    func ownThreads() async throws {
        let threads = (0..<8).map { BlockingThread(name: "test-\($0)") }
        defer { for thread in threads { thread.shutdown() } }
        // All eight block until all eight have begun: on the shared pool of a small machine that would never be.
        let begun = Count()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for thread in threads {
                group.addTask {
                    try await thread.run {
                        begun.add()
                        while begun.value < 8 { sched_yield() }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(begun.value == 8)
    }

    @Test func `after shutdown a call is refused`() async throws {
        let thread = BlockingThread(name: "test")
        thread.shutdown()
        await #expect(throws: ReactorError.shutDown) { try await thread.run { 1 } }
    }
}
