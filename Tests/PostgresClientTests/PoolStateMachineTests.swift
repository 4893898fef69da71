import Testing

@testable import PostgresClient

struct PoolStateMachineTests {
    final class Connection: Sendable {}
    typealias Pool = PostgresPool<Connection, String>

    private let start = ContinuousClock.now

    private func text(_ actions: [Pool.Action]) -> [String] {
        actions.map { action in
            switch action {
            case .connect(let kind, let delay): delay == nil ? "connect \(kind)" : "connect \(kind) later"
            case .grant(let waiter, _): "grant \(waiter)"
            case .fail(let waiter, let error): "fail \(waiter) \(error.code)"
            case .close: "close"
            }
        }
    }

    private func request(
        _ pool: inout Pool,
        _ kind: Pool.Kind,
        _ number: Int,
        at seconds: Double = 0
    ) -> (Pool.Request, [String]) {
        let (request, actions) = pool.request(
            kind,
            number: number,
            waiter: "w\(number)",
            now: start + .seconds(seconds)
        )
        return (request, text(actions))
    }

    private func fail(_ pool: inout Pool, _ kind: Pool.Kind, at seconds: Double) -> (Duration?, [String]) {
        let (retryAfter, actions) = pool.connectFailed(
            kind,
            PostgresError(.cannotConnect, "no"),
            now: start + .seconds(seconds),
            random: 0.5
        )
        return (retryAfter, text(actions))
    }

    @Test func `it opens a connection for each caller up to the maximum, and queues the others`() {
        var pool = Pool(maximumExclusive: 2, sharedCount: 0)
        #expect(request(&pool, .exclusive, 1).1 == ["connect exclusive"])
        #expect(request(&pool, .exclusive, 2).1 == ["connect exclusive"])
        #expect(request(&pool, .exclusive, 3).1 == [])
        let (one, two) = (Connection(), Connection())
        #expect(text(pool.connected(.exclusive, one)) == ["grant w1"])
        #expect(text(pool.connected(.exclusive, two)) == ["grant w2"])
        #expect(pool.leased == 2 && pool.waitingCount == 1)
        #expect(text(pool.giveBack(two)) == ["grant w3"])
        #expect(text(pool.giveBack(one)) == [])
        #expect(pool.leased == 1)
        #expect(pool.take(.exclusive) === one)
        #expect(pool.take(.exclusive) == nil)
    }

    @Test func `a removed waiter is skipped`() {
        var pool = Pool(maximumExclusive: 1, sharedCount: 0)
        _ = request(&pool, .exclusive, 1)
        _ = request(&pool, .exclusive, 2)
        #expect(pool.removeWaiter(.exclusive, number: 1) == "w1")
        #expect(pool.removeWaiter(.exclusive, number: 1) == nil)
        #expect(text(pool.connected(.exclusive, Connection())) == ["grant w2"])
    }

    @Test func `a lost lease is replaced for waiters, but not before it is given back`() {
        var pool = Pool(maximumExclusive: 1, sharedCount: 0)
        let connection = Connection()
        _ = request(&pool, .exclusive, 1)
        _ = pool.connected(.exclusive, connection)
        _ = request(&pool, .exclusive, 2)
        #expect(text(pool.closed(ObjectIdentifier(connection))) == [])
        #expect(text(pool.giveBack(connection)) == ["connect exclusive"])
        #expect(text(pool.connected(.exclusive, Connection())) == ["grant w2"])
        #expect(pool.reconnects == 1)
    }

    @Test func `a lost idle connection is not leased`() {
        var pool = Pool(maximumExclusive: 1, sharedCount: 0)
        let connection = Connection()
        _ = request(&pool, .exclusive, 1)
        _ = pool.connected(.exclusive, connection)
        _ = pool.giveBack(connection)
        #expect(text(pool.closed(ObjectIdentifier(connection))) == [])
        #expect(pool.take(.exclusive) == nil)
        #expect(pool.openCount == 0)
    }

    @Test func `shared connections rotate, serve all waiters, and are replaced`() {
        var pool = Pool(maximumExclusive: 1, sharedCount: 2)
        #expect(request(&pool, .shared, 1).1 == ["connect shared", "connect shared"])
        #expect(request(&pool, .shared, 2).1 == [])
        let (one, two) = (Connection(), Connection())
        #expect(text(pool.connected(.shared, one)) == ["grant w1", "grant w2"])
        _ = pool.connected(.shared, two)
        let taken = (0..<4).compactMap { _ in pool.take(.shared) }
        #expect(taken.count == 4 && taken[0] !== taken[1] && taken[0] === taken[2])
        #expect(text(pool.closed(ObjectIdentifier(one))) == ["connect shared"])
        #expect(pool.take(.shared) === two)
    }

    @Test func `callers wait through the first second of an outage and are refused at once after it`() {
        var pool = Pool(maximumExclusive: 4, sharedCount: 0)
        _ = request(&pool, .exclusive, 1)
        #expect(fail(&pool, .exclusive, at: 0).1 == ["connect exclusive later"])
        #expect(fail(&pool, .exclusive, at: 0.5).1 == ["connect exclusive later"])
        #expect(fail(&pool, .exclusive, at: 1.5).1 == ["fail w1 cannotConnect"])
        guard case .refused(let error) = request(&pool, .exclusive, 2, at: 1.5).0 else {
            Issue.record("a caller was queued in an outage")
            return
        }
        #expect(error.code == .cannotConnect)
        // When the next attempt is due, a caller starts it.
        guard case .queued = request(&pool, .exclusive, 3, at: 10).0 else {
            Issue.record("the caller was not queued")
            return
        }
        #expect(text(pool.connected(.exclusive, Connection())) == ["grant w3"])
    }

    @Test func `attempts that fail together are one step of the backoff`() {
        var pool = Pool(maximumExclusive: 8, sharedCount: 0)
        for number in 1...8 { _ = request(&pool, .exclusive, number) }
        let delays = (1...8).map { _ in fail(&pool, .exclusive, at: 0).0 }
        #expect(Set(delays) == [Backoff.first * 0.75])
    }

    @Test func `the queue is bounded`() {
        var pool = Pool(maximumExclusive: 1, sharedCount: 0)
        for number in 0..<Pool.maximumWaiters { _ = request(&pool, .exclusive, number) }
        guard case .refused(let error) = request(&pool, .exclusive, -1).0 else {
            Issue.record("too many")
            return
        }
        #expect(error.code == .poolExhausted)
    }

    @Test func `shutdown refuses waiters and closes returned connections`() {
        var pool = Pool(maximumExclusive: 2, sharedCount: 0)
        let connection = Connection()
        _ = request(&pool, .exclusive, 1)
        _ = request(&pool, .exclusive, 2)
        _ = pool.connected(.exclusive, connection)
        #expect(text(pool.shutDown()) == ["fail w2 closed"])
        #expect(text(pool.connected(.exclusive, Connection())) == ["close"])
        #expect(text(pool.giveBack(connection)) == ["close"])
        guard case .refused = request(&pool, .exclusive, 3).0 else {
            Issue.record("it is shut down")
            return
        }
    }

    @Test func `the backoff doubles from 50 milliseconds to 2 seconds, and jitter only shortens it`() {
        var backoff = Backoff()
        let longest = (0..<8).map { _ in backoff.next(random: 1) }
        #expect(longest.first == .milliseconds(50) && longest[1] == .milliseconds(100) && longest.last == .seconds(2))
        #expect(backoff.next(random: 0) == .seconds(1))
        for _ in 0..<100 { #expect(backoff.next() <= Backoff.longest) }
    }
}
