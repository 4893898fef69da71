import Glibc
import Reactor
import Testing

/// An actor on a reactor, which checks where its code runs.
actor Counter {
    private let reactor: Reactor
    private(set) var value = 0

    init(on reactor: Reactor) { self.reactor = reactor }

    nonisolated var unownedExecutor: UnownedSerialExecutor { reactor.asUnownedSerialExecutor() }

    func add() {
        #expect(reactor.isCurrentThread)
        value += 1
    }

    func add(times: Int, to other: Counter) async {
        for _ in 0..<times {
            value += 1
            await other.add()
        }
    }

    func spin(for nanoseconds: Int64) {
        let end = monotonicNanoseconds() + nanoseconds
        while monotonicNanoseconds() < end {}
    }

    nonisolated func addFromReactor() { assumeIsolated { $0.add() } }
}

func monotonicNanoseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}

struct ReactorTests {
    @Test func `ten thousand tasks increment one actor`() async throws {
        let reactor = try Reactor(name: "test")
        defer { reactor.shutdown() }
        let counter = Counter(on: reactor)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<10_000 { group.addTask { await counter.add() } }
        }
        #expect(await counter.value == 10_000)
    }

    @Test func `two actors on one reactor call each other`() async throws {
        let reactor = try Reactor(name: "test")
        defer { reactor.shutdown() }
        let (one, two) = (Counter(on: reactor), Counter(on: reactor))
        await one.add(times: 1000, to: two)
        #expect(await one.value == 1000)
        #expect(await two.value == 1000)
    }

    @Test func `a posted action may assume an actor's isolation`() async throws {
        let reactor = try Reactor(name: "test")
        defer { reactor.shutdown() }
        let counter = Counter(on: reactor)
        await withCheckedContinuation { continuation in
            reactor.post {
                counter.addFromReactor()
                continuation.resume()
            }
        }
        #expect(await counter.value == 1)
    }

    @Test func `loop lag is the longest turn since it was last taken`() async throws {
        let reactor = try Reactor(name: "test")
        defer { reactor.shutdown() }
        let counter = Counter(on: reactor)
        await counter.spin(for: 100_000_000)
        // A turn is recorded when it ends, so this waits for a second one.
        await reactor.sleep(for: .milliseconds(1))
        #expect(reactor.takeLoopLag() >= .milliseconds(100))
        #expect(reactor.takeLoopLag() < .milliseconds(100))
    }

    @Test func `shutdown runs the queued work and frees the reactor`() async throws {
        weak var gone: Reactor?
        let ran = Count()
        do {
            let reactor = try Reactor(name: "test")
            gone = reactor
            for _ in 0..<1000 { reactor.post { ran.add() } }
            reactor.shutdown()
            reactor.shutdown()
            reactor.post { [reactor] in Issue.record("\(reactor) has ended") }
        }
        #expect(ran.value == 1000)
        #expect(gone == nil)
    }

    @Test func `shutdown on its own thread does not wait for itself`() async throws {
        let reactor = try Reactor(name: "test")
        await withCheckedContinuation { continuation in
            reactor.post {
                reactor.shutdown()
                continuation.resume()
            }
        }
    }

    @Test func `a hundred thousand hops print their rate`() async throws {
        let reactor = try Reactor(name: "test")
        defer { reactor.shutdown() }
        let counter = Counter(on: reactor)
        let start = monotonicNanoseconds()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<10 { group.addTask { for _ in 0..<10_000 { await counter.add() } } }
        }
        let seconds = Double(monotonicNanoseconds() - start) / 1e9
        print("reactor: \(Int(100_000 / seconds)) hops/s by 10 tasks")
        #expect(await counter.value == 100_000)
    }
}
