/// A circuit breaker: after a timeout Redis is not asked for a while, so that only the first requests wait for it. Pure.
struct CircuitBreaker {
    /// How long Redis is not asked after a failure, and after a failed probe.
    static let pause = Duration.seconds(1)

    enum Step: Hashable {
        case ask
        /// Do not ask, but probe whether Redis has recovered, and report the result.
        case probe
        case skip
    }

    private enum State {
        /// Can transition to: open.
        case closed
        /// Can transition to: probing.
        case open(until: ContinuousClock.Instant)
        /// One probe is under way. Can transition to: closed, open.
        case probing
    }

    private var state = State.closed

    mutating func step(at now: ContinuousClock.Instant) -> Step {
        switch state {
        case .closed: return .ask
        case .open(let until):
            guard now >= until else { return .skip }
            state = .probing
            return .probe
        case .probing: return .skip
        }
    }

    /// A request to Redis had no reply in time.
    mutating func failed(at now: ContinuousClock.Instant) {
        // Concurrent requests fail together; the first failure opens the circuit.
        if case .closed = state { state = .open(until: now + Self.pause) }
    }

    mutating func probed(isHealthy: Bool, at now: ContinuousClock.Instant) {
        state = isHealthy ? .closed : .open(until: now + Self.pause)
    }
}
