import Reactor
import Synchronization
import Testing

struct TimerTests {
    @Test func `timers fire in the order of their deadlines and never early`() async throws {
        let reactor = try Reactor(name: "test")
        defer { reactor.shutdown() }
        let fired = Mutex<[Int]>([])
        // The delays are far apart, because a busy machine takes time to schedule them.
        let delays = (0..<10).map { ($0 * 7) % 10 * 30 }
        let start = monotonicNanoseconds()
        await withCheckedContinuation { continuation in
            for delay in delays {
                reactor.schedule(after: .milliseconds(delay)) {
                    #expect(monotonicNanoseconds() - start >= Int64(delay) * 1_000_000)
                    fired.withLock { $0.append(delay) }
                    if delay == 270 { continuation.resume() }
                }
            }
        }
        #expect(fired.withLock { $0 } == delays.sorted())
    }

    @Test func `cancelled timers do not fire, and all others do`() async throws {
        let reactor = try Reactor(name: "test")
        defer { reactor.shutdown() }
        let fired = Mutex<[Int]>([])
        await withCheckedContinuation { continuation in
            let timers = (0..<1000).map { index in
                reactor.schedule(after: .microseconds(500_000 + (index * 7919) % 1000)) {
                    fired.withLock { $0.append(index) }
                }
            }
            for (index, timer) in timers.enumerated() where index % 3 != 0 {
                timer.cancel()
                timer.cancel()
            }
            reactor.schedule(after: .milliseconds(600)) { continuation.resume() }
        }
        #expect(fired.withLock { $0 }.sorted() == Array(stride(from: 0, to: 1000, by: 3)))
    }

    @Test func `a cancelled sleep returns early`() async throws {
        let reactor = try Reactor(name: "test")
        defer { reactor.shutdown() }
        let start = ContinuousClock.now
        let task = Task { await reactor.sleep(for: .seconds(60)) }
        task.cancel()
        await task.value
        #expect(ContinuousClock.now - start < .seconds(10))
    }

    @Test func `a sleep in a cancelled task returns at once`() async throws {
        let reactor = try Reactor(name: "test")
        defer { reactor.shutdown() }
        await withTaskGroup(of: Void.self) { group in
            group.cancelAll()
            group.addTask { await reactor.sleep(for: .seconds(60)) }
        }
    }

    @Test func `shutdown wakes sleeping tasks and drops timers`() async throws {
        let reactor = try Reactor(name: "test")
        let fired = Count()
        reactor.schedule(after: .seconds(60)) { fired.add() }
        let sleepers = (0..<10).map { _ in Task { await reactor.sleep(for: .seconds(60)) } }
        await reactor.sleep(for: .milliseconds(1))
        reactor.shutdown()
        for sleeper in sleepers { await sleeper.value }
        #expect(fired.value == 0)
    }

    @Test func `delays beyond the clock's range do not overflow`() async throws {
        let reactor = try Reactor(name: "test")
        defer { reactor.shutdown() }
        let timer = reactor.schedule(after: .seconds(Int64.max)) { Issue.record("it cannot have fired") }
        await reactor.sleep(for: .milliseconds(-5))
        timer.cancel()
    }
}
