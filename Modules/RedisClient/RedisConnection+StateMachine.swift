extension RedisConnection {
    /// The states of a connection and of reconnecting, without a socket: events go in, actions come out.
    ///
    /// Replies come in the order of the commands. So every written command keeps its slot in the queue until its reply has
    /// come, even if its waiter has timed out.
    struct StateMachine<Waiter> {
        enum Phase: Equatable {
            /// Not started. Can transition to: connecting, closed.
            case idle
            /// A socket is being made on another thread. Can transition to: handshaking, waiting, closed.
            case connecting
            /// The handshake's commands wait for their replies. Can transition to: settling, waiting, closed.
            case handshaking
            /// The hooks run; only their commands are admitted. Can transition to: ready, waiting, closed.
            case settling
            /// All commands are admitted. Can transition to: waiting, closed.
            case ready
            /// There is no connection until the backoff has elapsed. Can transition to: connecting, closed.
            case waiting
            /// Final.
            case closed
        }

        /// Where a command comes from.
        enum Origin {
            case caller
            /// A hook of the connection with this number.
            case hook(Int)
        }

        struct Slot {
            let bytes: Int
            let sentAt: ContinuousClock.Instant
            let deadline: ContinuousClock.Instant
            let isHandshake: Bool
            /// Nil once it has timed out, and for handshake commands.
            var waiter: Waiter?
        }

        let stallLimit: Duration
        let maximumCommands: Int
        let maximumBytes: Int

        private(set) var phase = Phase.idle
        /// The number of the connection, which distinguishes its hooks from those of an earlier one.
        private(set) var generation = 0
        private var slots = SlotQueue<Slot>()
        private var outstandingBytes = 0
        private var handshakeRepliesLeft = 0
        private var lastReplyAt: ContinuousClock.Instant?
        private var readySince: ContinuousClock.Instant?
        /// When a tick is due; nil when none is scheduled.
        private var nextTick: ContinuousClock.Instant?
        private var backoff = RedisBackoff()

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
    /// - Returns: whether to connect now: only at the first start and after each backoff.
    mutating func connect() -> Bool {
        guard phase == .idle || phase == .waiting else { return false }
        phase = .connecting
        generation += 1
        return true
    }

    /// A socket is open, and the handshake's commands are being written to it.
    /// - Parameter byteCounts: the size of each command.
    /// - Returns: false if the client was shut down meanwhile: close the socket.
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

    /// The hooks of this connection have finished.
    /// - Returns: whether the connection is ready now.
    mutating func settled(generation: Int, now: ContinuousClock.Instant) -> Bool {
        guard phase == .settling, generation == self.generation else { return false }
        phase = .ready
        readySince = now
        return true
    }

    struct Loss {
        /// The waiters of commands that will never be answered.
        let waiters: [Waiter]
        /// When to connect again.
        let backoff: Duration
    }

    /// The connection broke, or could not be made.
    /// - Parameter random: 0 ..< 1, for the jitter.
    /// - Returns: nil when there was no connection.
    mutating func lost(now: ContinuousClock.Instant, random: Double) -> Loss? {
        switch phase {
        case .idle, .waiting, .closed: return nil
        case .connecting, .handshaking, .settling, .ready: break
        }
        // A server that accepts a connection and drops it at once must not be retried at full speed.
        if let readySince, now - readySince >= RedisBackoff.ceiling { backoff.reset() }
        phase = .waiting
        return Loss(waiters: forgetCommands(), backoff: backoff.next(random: random))
    }

    /// - Returns: the waiters of commands that will never be answered.
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
        /// Write it. With a time: schedule a tick for then.
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
        return .write(tickAt: scheduleTick(at: min(deadline, now + stallLimit)))
    }

    enum Reply {
        case deliver(Waiter)
        /// Its waiter has timed out.
        case drop
        /// Part of the handshake; more replies will come.
        case handshakeContinues
        /// The handshake is done: run the hooks, then call `settled`.
        case runHooks
        /// The server refused the handshake, or sent a reply without a command: close.
        case close(reason: String)
    }

    /// - Parameter errorCode: the first word of an error reply.
    mutating func received(errorCode: String?, now: ContinuousClock.Instant) -> Reply {
        guard let slot = slots.popFirst() else { return .close(reason: "a reply without a command") }
        outstandingBytes -= slot.bytes
        lastReplyAt = now
        guard slot.isHandshake else {
            guard let waiter = slot.waiter else { return .drop }
            return .deliver(waiter)
        }
        if let errorCode { return .close(reason: "handshake refused: \(errorCode)") }
        handshakeRepliesLeft -= 1
        guard handshakeRepliesLeft == 0 else { return .handshakeContinues }
        phase = .settling
        return .runHooks
    }
}

// MARK: - Time

extension RedisConnection.StateMachine {
    struct Tick {
        /// The waiters whose timeout has passed.
        var expired: [Waiter] = []
        /// Commands are unanswered, and nothing has come within the stall limit: close the connection.
        var isStalled = false
        /// When the next tick is due.
        var tickAt: ContinuousClock.Instant?
    }

    /// - Returns: when the first tick of a new connection is due.
    mutating func firstTick(now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        scheduleTick(at: now + stallLimit)
    }

    /// One timer serves all commands: it fires at the earliest deadline known when it was set, checks all commands, and is
    /// set again for the rest.
    mutating func tick(now: ContinuousClock.Instant) -> Tick {
        var tick = Tick()
        // If none is due, an earlier tick has replaced this one. The timer may use another clock: a tick that comes slightly
        // early counts, or no further tick would be scheduled.
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
        tick.tickAt = scheduleTick(at: next)
        return tick
    }

    /// - Returns: the time, unless an earlier tick is scheduled.
    private mutating func scheduleTick(at time: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        if let nextTick, nextTick <= time { return nil }
        nextTick = time
        return time
    }
}
