import Basics

extension RedisConnection {
    /// What a connection and its reconnecting are made of, without a socket: state and events in, actions out.
    ///
    /// Replies come in the order of the commands, so every command that was written keeps its place in the queue until
    /// its reply has come, even when its waiter has long been told that the time is up.
    struct StateMachine<Waiter> {
        enum Phase: Equatable {
            /// Nothing was started. Can transition to: connecting, closed.
            case idle
            /// A socket is being made on another thread. Can transition to: handshaking, waiting, closed.
            case connecting
            /// Our first commands wait for their replies. Can transition to: settling, waiting, closed.
            case handshaking
            /// The hooks run; only their commands pass. Can transition to: ready, waiting, closed.
            case settling
            /// Everybody's commands pass. Can transition to: waiting, closed.
            case ready
            /// There is no connection until the backoff has elapsed. Can transition to: connecting, closed.
            case waiting
            /// For good.
            case closed
        }

        /// Who sends a command.
        enum Origin {
            case caller
            /// A hook of the connection of this number.
            case hook(Int)
        }

        struct Slot {
            let bytes: Int
            let sentAt: ContinuousClock.Instant
            let deadline: ContinuousClock.Instant
            let isHandshake: Bool
            /// Nil once told, or if nobody asked.
            var waiter: Waiter?
        }

        let stallLimit: Duration
        let maximumCommands: Int
        let maximumBytes: Int

        private(set) var phase = Phase.idle
        /// The number of the connection, so that what an old one left behind is told from the new one's.
        private(set) var generation = 0
        private var slots = SlotQueue<Slot>()
        private var outstandingBytes = 0
        private var handshakeRepliesLeft = 0
        private var lastReplyAt: ContinuousClock.Instant?
        private var readySince: ContinuousClock.Instant?
        /// When a tick is due; nil when none was asked for.
        private var nextTick: ContinuousClock.Instant?
        private var backoff = Backoff.redis

        init(stallLimit: Duration, maximumCommands: Int, maximumBytes: Int) {
            self.stallLimit = stallLimit
            self.maximumCommands = maximumCommands
            self.maximumBytes = maximumBytes
        }

        var outstandingCommands: Int { slots.count }
    }
}

// MARK: - Connecting

extension RedisConnection.StateMachine {
    /// - Returns: whether to connect now: at the first start and after each backoff, and never otherwise.
    mutating func connect() -> Bool {
        guard phase == .idle || phase == .waiting else { return false }
        phase = .connecting
        generation += 1
        return true
    }

    /// A socket is there, and `handshake` commands of so many bytes are written to it.
    /// - Returns: false when it came too late: close it.
    mutating func connected(handshake byteCounts: [Int], now: ContinuousClock.Instant) -> Bool {
        guard phase == .connecting else { return false }
        phase = .handshaking
        handshakeRepliesLeft = byteCounts.count
        lastReplyAt = now
        for bytes in byteCounts {
            slots.append(
                Slot(bytes: bytes, sentAt: now, deadline: now + stallLimit, isHandshake: true, waiter: nil))
            outstandingBytes += bytes
        }
        return true
    }

    /// The hooks of this connection are through.
    /// - Returns: whether the connection is ready now.
    mutating func settled(generation: Int, now: ContinuousClock.Instant) -> Bool {
        guard phase == .settling, generation == self.generation else { return false }
        phase = .ready
        readySince = now
        return true
    }

    struct Loss {
        /// Whose commands will never be answered.
        let waiters: [Waiter]
        /// When to connect again.
        let backoff: Duration
    }

    /// The connection broke, or could not be made.
    /// - Parameter random: 0 ..< 1, for the jitter.
    /// - Returns: nil when there was none.
    mutating func lost(now: ContinuousClock.Instant, random: Double) -> Loss? {
        switch phase {
        case .idle, .waiting, .closed: return nil
        case .connecting, .handshaking, .settling, .ready: break
        }
        // A server that takes us in and throws us out again must not be asked at full speed.
        if let readySince, now - readySince >= backoff.limit { backoff.reset() }
        phase = .waiting
        return Loss(waiters: forgetCommands(), backoff: backoff.next(random: random))
    }

    /// - Returns: whose commands will never be answered.
    mutating func close() -> [Waiter] {
        phase = .closed
        return forgetCommands()
    }

    private mutating func forgetCommands() -> [Waiter] {
        outstandingBytes = 0
        readySince = nil
        lastReplyAt = nil
        nextTick = nil
        return slots.removeAll().compactMap(\.waiter)
    }
}

// MARK: - Commands

extension RedisConnection.StateMachine {
    enum Admission {
        /// Write it. With a time: arrange a tick for then.
        case write(tickAt: ContinuousClock.Instant?)
        case refuse(Waiter, RedisError)
    }

    mutating func admit(
        _ waiter: Waiter, bytes: Int, from origin: Origin, timeout: Duration, now: ContinuousClock.Instant
    ) -> Admission {
        switch (origin, phase) {
        case (_, .closed): return .refuse(waiter, .shutDown)
        case (.caller, .ready): break
        case (.hook(let number), .settling) where number == generation: break
        default: return .refuse(waiter, .notConnected)
        }
        guard slots.count < maximumCommands, outstandingBytes + bytes <= maximumBytes else {
            return .refuse(waiter, .overloaded)
        }
        let deadline = now + timeout
        slots.append(Slot(bytes: bytes, sentAt: now, deadline: deadline, isHandshake: false, waiter: waiter))
        outstandingBytes += bytes
        return .write(tickAt: askForTick(at: min(deadline, now + stallLimit)))
    }

    enum Reply {
        case deliver(Waiter)
        /// Its waiter was told that the time is up.
        case drop
        /// Part of the handshake; more will come.
        case handshakeGoesOn
        /// The handshake is done: run the hooks, then say `settled`.
        case runHooks
        /// The server refused the handshake, or sent what nobody asked for: close.
        case breakOff(reason: String)
    }

    /// - Parameter errorCode: the first word of an error reply.
    mutating func received(errorCode: String?, now: ContinuousClock.Instant) -> Reply {
        guard let slot = slots.popFirst() else { return .breakOff(reason: "a reply that nobody asked for") }
        outstandingBytes -= slot.bytes
        lastReplyAt = now
        guard slot.isHandshake else {
            guard let waiter = slot.waiter else { return .drop }
            return .deliver(waiter)
        }
        if let errorCode { return .breakOff(reason: "handshake refused: \(errorCode)") }
        handshakeRepliesLeft -= 1
        guard handshakeRepliesLeft == 0 else { return .handshakeGoesOn }
        phase = .settling
        return .runHooks
    }
}

// MARK: - Time

extension RedisConnection.StateMachine {
    struct Tick {
        /// Whose time is up.
        var expired: [Waiter] = []
        /// Nothing has come for the stall limit although something is owed: break off.
        var isStalled = false
        /// When the next tick is due.
        var tickAt: ContinuousClock.Instant?
    }

    /// - Returns: when to tick first on a new connection.
    mutating func firstTick(now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        askForTick(at: now + stallLimit)
    }

    /// One timer serves all commands: it fires at the earliest deadline that was known when it was set, looks at all
    /// commands then, and is set anew for what is left.
    mutating func tick(now: ContinuousClock.Instant) -> Tick {
        var tick = Tick()
        // If not due, a nearer tick has overtaken this one. The timer may go by another clock: a tick that comes a trifle
        // early counts, or the next one would never be asked for.
        guard let due = nextTick, due <= now + .milliseconds(1) else { return tick }
        nextTick = nil
        guard let oldest = slots.first else { return tick }
        let quietSince = max(oldest.sentAt, lastReplyAt ?? oldest.sentAt)
        if now - quietSince >= stallLimit {
            tick.isStalled = true
            return tick
        }
        var next = quietSince + stallLimit
        slots.update { slot in
            guard slot.waiter != nil else { return }
            if slot.deadline <= now, let waiter = slot.waiter.take() {
                tick.expired.append(waiter)
            } else {
                next = min(next, slot.deadline)
            }
        }
        tick.tickAt = askForTick(at: next)
        return tick
    }

    /// - Returns: the time, unless an earlier tick is on its way.
    private mutating func askForTick(at time: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        if let nextTick, nextTick <= time { return nil }
        nextTick = time
        return time
    }
}
