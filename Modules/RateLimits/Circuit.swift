/// Whether Redis is asked: not for a while once it was slow, so that no request but the first ones waits for it. Pure.
struct Circuit {
    /// How long nobody asks after a failure, and between two looks whether it is well again.
    static let pause = Duration.seconds(1)

    enum Step: Hashable {
        case ask
        /// Do not ask, but look whether it is well again, and tell.
        case probe
        case rest
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
            guard now >= until else { return .rest }
            state = .probing
            return .probe
        case .probing: return .rest
        }
    }

    /// A question had no answer in time.
    mutating func failed(at now: ContinuousClock.Instant) {
        // Those that were asked together fail together; the first one opens it.
        if case .closed = state { state = .open(until: now + Self.pause) }
    }

    mutating func probed(isWell: Bool, at now: ContinuousClock.Instant) {
        state = isWell ? .closed : .open(until: now + Self.pause)
    }
}
