/// Decides which findings of one check are logged: a change of state at once, a persistent failure once a minute.
///
/// `/health/ready` is public and may be requested many times a second. The log must not grow with the requests, even if
/// a probe near its limit alternates between up and down.
struct HealthLogLimit: Sendable {
    enum Decision: Equatable {
        case silent
        /// - Parameter unlogged: findings since the last line that were suppressed.
        case line(unlogged: Int)
    }

    /// Between two lines about an unchanged state.
    static let reminderInterval = Duration.seconds(60)
    /// Changes logged per `reminderInterval`: three times down and up again.
    static let changesPerInterval = 6

    /// The state of the last line; a check that has always been ok has none.
    private var loggedState = HealthCheck.State.ok
    private var lineTime: ContinuousClock.Instant?
    private var intervalStart: ContinuousClock.Instant?
    private var changesInInterval = 0
    private var unlogged = 0

    /// - Parameter now: may be slightly earlier than in the previous call, because reports are made concurrently.
    mutating func decide(_ state: HealthCheck.State, at now: ContinuousClock.Instant) -> Decision {
        guard state == loggedState else { return decideOnChange(to: state, at: now) }
        guard state != .ok else { return .silent }
        if let lineTime, lineTime.duration(to: now) < Self.reminderInterval {
            unlogged += 1
            return .silent
        }
        return line(state, at: now)
    }

    private mutating func decideOnChange(
        to state: HealthCheck.State,
        at now: ContinuousClock.Instant
    ) -> Decision {
        if let intervalStart, intervalStart.duration(to: now) < Self.reminderInterval {
            guard changesInInterval < Self.changesPerInterval else {
                unlogged += 1
                return .silent
            }
        } else {
            intervalStart = now
            changesInInterval = 0
        }
        changesInInterval += 1
        return line(state, at: now)
    }

    private mutating func line(_ state: HealthCheck.State, at now: ContinuousClock.Instant) -> Decision {
        loggedState = state
        lineTime = now
        defer { unlogged = 0 }
        return .line(unlogged: unlogged)
    }
}
