/// Says which requests of a caller are too many.
public protocol RateLimiter: Sendable {
    /// Takes one request of a caller.
    /// - Parameter caller: its actor.
    /// - Returns: nil when it may go on, else after how long it may.
    func take(_ caller: String) async -> Duration?
}
