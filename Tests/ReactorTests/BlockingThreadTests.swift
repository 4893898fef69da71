import Glibc
import Reactor
import Testing

struct BlockingThreadTests {
    private struct Refusal: Error, Equatable {}

    private static func enterAlone(_ running: Count) {
        #expect(running.add() == 1)
        running.add(-1)
    }

    @Test func `calls run one at a time and in order`() async throws {
        let thread = BlockingThread(name: "test")
        defer { thread.shutdown() }
        let running = Count()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<200 {
                group.addTask { try await thread.run { Self.enterAlone(running) } }
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

    @Test("each blocking thread is a thread of its own", .timeLimit(.minutes(1)))
    func ownThreads() async throws {
        let threads = (0..<8).map { BlockingThread(name: "test-\($0)") }
        defer { for thread in threads { thread.shutdown() } }
        // Each call blocks until all eight have begun, which never happens on a shared pool with fewer threads.
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
