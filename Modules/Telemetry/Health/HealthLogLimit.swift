/// Decides which findings of one check are worth a line: a change of state at once, what stays bad once a minute.
///
/// `/health/ready` is open to everybody and may be asked many times a second: the log must not grow with the asking, also
/// when a probe that is just at its limit is up and down in turn.
struct HealthLogLimit: Sendable {
    enum Decision: Equatable {
        case silent
        /// - Parameter unlogged: findings since the last line that would have been lines of their own.
        case line(unlogged: Int)
    }

    /// Between two lines about a state that stays.
    static let reminderInterval = Duration.seconds(60)
    /// Changes logged in one `reminderInterval`; three times down and up again.
    static let changesPerInterval = 6

    /// Of the last line; nothing was said yet of what has always been well.
    private var loggedState = HealthCheck.State.ok
    private var lineTime: ContinuousClock.Instant?
    private var intervalStart: ContinuousClock.Instant?
    private var changesInInterval = 0
    private var unlogged = 0

    /// - Parameter now: may be a little earlier than the one before: reports are made at the same time.
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
