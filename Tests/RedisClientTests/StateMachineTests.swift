import Testing

@testable import RedisClient

typealias Machine = RedisConnection.StateMachine<Int>

extension Machine {
    /// A machine whose connection is ready at `now`.
    static func ready(
        now: ContinuousClock.Instant, maximumCommands: Int = 100, maximumBytes: Int = 10_000
    ) -> Machine {
        var machine = Machine(
            stallLimit: .seconds(1), maximumCommands: maximumCommands, maximumBytes: maximumBytes)
        _ = machine.connect()
        _ = machine.connected(handshake: [10], now: now)
        _ = machine.received(errorCode: nil, now: now)
        _ = machine.settled(generation: machine.generation, now: now)
        return machine
    }

    /// What `admit` refused with, or nil.
    mutating func refusal(
        _ waiter: Int, bytes: Int = 10, from origin: Origin = .caller, timeout: Duration = .milliseconds(250),
        now: ContinuousClock.Instant
    ) -> RedisError? {
        if case .refuse(_, let error) = admit(waiter, bytes: bytes, from: origin, timeout: timeout, now: now) {
            error
        } else {
            nil
        }
    }

    /// The effect of a reply, as text.
    mutating func step(errorCode: String? = nil, now: ContinuousClock.Instant) -> String {
        switch received(errorCode: errorCode, now: now) {
        case .deliver(let waiter): "deliver to \(waiter)"
        case .drop: "drop"
        case .handshakeContinues: "handshake continues"
        case .runHooks: "run hooks"
        case .close(let reason): "close: \(reason)"
        }
    }

    /// The waiter that gets the next reply, or nil when the reply is dropped.
    mutating func receiver(now: ContinuousClock.Instant) -> Int? {
        if case .deliver(let waiter) = received(errorCode: nil, now: now) { waiter } else { nil }
    }
}

@Suite struct StateMachineTests {
    let start = ContinuousClock.now

    @Test func `Commands are admitted after handshake and hooks, not before`() {
        var machine = Machine(stallLimit: .seconds(1), maximumCommands: 9, maximumBytes: 900)
        #expect(machine.refusal(1, now: start) == .notConnected)
        #expect(machine.connect() == true)
        #expect(machine.connect() == false)
        #expect(machine.refusal(1, now: start) == .notConnected)
        #expect(machine.connected(handshake: [10, 20], now: start) == true)
        #expect(machine.refusal(1, now: start) == .notConnected)
        #expect(machine.step(now: start) == "handshake continues")
        #expect(machine.step(now: start) == "run hooks")
        #expect(machine.phase == .settling)
        #expect(machine.refusal(1, now: start) == .notConnected)
        #expect(machine.refusal(2, from: .hook(machine.generation), now: start) == nil)
        #expect(machine.receiver(now: start) == 2)
        #expect(machine.settled(generation: machine.generation, now: start) == true)
        #expect(machine.refusal(3, now: start) == nil)
        #expect(machine.receiver(now: start) == 3)
    }

    @Test func `A refused handshake closes the connection`() {
        var machine = Machine(stallLimit: .seconds(1), maximumCommands: 9, maximumBytes: 900)
        _ = machine.connect()
        _ = machine.connected(handshake: [10], now: start)
        #expect(machine.step(errorCode: "WRONGPASS", now: start) == "close: handshake refused: WRONGPASS")
    }

    @Test func `A hook of an old connection neither sends nor settles on the new one`() {
        var machine = Machine.ready(now: start)
        let old = machine.generation
        _ = machine.lost(now: start, random: 0)
        _ = machine.connect()
        _ = machine.connected(handshake: [10], now: start)
        _ = machine.received(errorCode: nil, now: start)
        #expect(machine.refusal(1, from: .hook(old), now: start) == .notConnected)
        #expect(machine.settled(generation: old, now: start) == false)
        #expect(machine.phase == .settling)
    }

    @Test func `A late reply is dropped, and the next one goes to its own waiter`() {
        var machine = Machine.ready(now: start)
        _ = machine.admit(1, bytes: 10, from: .caller, timeout: .milliseconds(50), now: start)
        _ = machine.admit(2, bytes: 10, from: .caller, timeout: .milliseconds(500), now: start)
        let tick = machine.tick(now: start + .milliseconds(60))
        #expect(tick.expired == [1])
        #expect(!tick.isStalled)
        #expect(machine.outstandingCommands == 2)
        #expect(machine.receiver(now: start + .milliseconds(70)) == nil)
        #expect(machine.receiver(now: start + .milliseconds(70)) == 2)
    }

    @Test func `A tick is scheduled for the earliest deadline only`() {
        var machine = Machine.ready(now: start)
        func tickAt(_ admission: Machine.Admission) -> Duration? {
            if case .write(let time) = admission { time.map { $0 - start } } else { nil }
        }
        let slow = machine.admit(1, bytes: 1, from: .caller, timeout: .milliseconds(500), now: start)
        #expect(tickAt(slow) == .milliseconds(500))
        let slower = machine.admit(2, bytes: 1, from: .caller, timeout: .milliseconds(600), now: start)
        #expect(tickAt(slower) == nil)
        let fast = machine.admit(3, bytes: 1, from: .caller, timeout: .milliseconds(50), now: start)
        #expect(tickAt(fast) == .milliseconds(50))
        let first = machine.tick(now: start + .milliseconds(50))
        #expect(first.expired == [3])
        #expect(first.tickAt == start + .milliseconds(500))
    }

    @Test func `A connection with unanswered commands that is silent for the stall limit counts as dead`() {
        var machine = Machine.ready(now: start)
        _ = machine.admit(1, bytes: 10, from: .caller, timeout: .seconds(10), now: start + .seconds(5))
        #expect(machine.tick(now: start + .milliseconds(5_990)).isStalled == false)
        #expect(machine.tick(now: start + .seconds(6)).isStalled == true)
    }

    @Test func `A long queue is not a stall while replies come`() {
        var machine = Machine.ready(now: start)
        for waiter in 1...5 { _ = machine.admit(waiter, bytes: 1, from: .caller, timeout: .seconds(10), now: start) }
        for second in 1...4 {
            #expect(machine.receiver(now: start + .milliseconds(second * 900)) == second)
            #expect(machine.tick(now: start + .milliseconds(second * 900 + 200)).isStalled == false)
        }
    }

    @Test func `More commands or bytes than the bounds are refused at once`() {
        var machine = Machine.ready(now: start, maximumCommands: 2, maximumBytes: 100)
        #expect(machine.refusal(1, bytes: 60, now: start) == nil)
        #expect(machine.refusal(2, bytes: 60, now: start) == .overloaded)
        #expect(machine.refusal(3, bytes: 40, now: start) == nil)
        #expect(machine.refusal(4, bytes: 0, now: start) == .overloaded)
        #expect(machine.receiver(now: start) == 1)
        #expect(machine.refusal(5, bytes: 60, now: start) == nil)
    }

    @Test func `A reply without a command closes the connection`() {
        var machine = Machine.ready(now: start)
        #expect(machine.step(now: start) == "close: a reply without a command")
    }

    @Test func `A loss fails every waiter once, and a second loss fails none`() throws {
        var machine = Machine.ready(now: start)
        for waiter in 1...3 {
            _ = machine.admit(waiter, bytes: 1, from: .caller, timeout: .milliseconds(waiter * 10), now: start)
        }
        _ = machine.tick(now: start + .milliseconds(15))
        let lost = machine.lost(now: start, random: 0)
        let loss = try #require(lost)
        #expect(loss.waiters == [2, 3])
        #expect(machine.lost(now: start, random: 0) == nil)
        #expect(machine.refusal(4, now: start) == .notConnected)
    }

    @Test func `A closed machine stays closed and refuses everything`() {
        var machine = Machine.ready(now: start)
        _ = machine.admit(1, bytes: 1, from: .caller, timeout: .seconds(1), now: start)
        #expect(machine.close() == [1])
        #expect(machine.refusal(2, now: start) == .shutDown)
        #expect(machine.connect() == false)
        #expect(machine.lost(now: start, random: 0) == nil)
    }

    @Test func `A socket that opens after the close is not used`() {
        var machine = Machine(stallLimit: .seconds(1), maximumCommands: 9, maximumBytes: 900)
        _ = machine.connect()
        _ = machine.close()
        #expect(machine.connected(handshake: [1], now: start) == false)
    }

    @Test func `The backoff doubles to a second, loses up to half at random, and starts over after a good connection`()
    {
        var backoff = RedisBackoff()
        let waits = (0..<7).map { _ in backoff.next(random: 0) / .milliseconds(1) }
        #expect(waits == [50, 100, 200, 400, 800, 1_000, 1_000])
        #expect(backoff.next(random: 0.5) == .milliseconds(750))

        var machine = Machine(stallLimit: .seconds(1), maximumCommands: 9, maximumBytes: 900)
        for _ in 0..<4 {
            _ = machine.connect()
            _ = machine.lost(now: start, random: 0)
        }
        _ = machine.connect()
        _ = machine.connected(handshake: [1], now: start)
        _ = machine.received(errorCode: nil, now: start)
        _ = machine.settled(generation: machine.generation, now: start)
        var flapping = machine
        #expect(flapping.lost(now: start + .milliseconds(10), random: 0)?.backoff == .milliseconds(800))
        #expect(machine.lost(now: start + .seconds(2), random: 0)?.backoff == .milliseconds(50))
    }
}
