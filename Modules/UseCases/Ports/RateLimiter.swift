/// Limits the rate of each caller's requests.
public protocol RateLimiter: Sendable {
    /// Counts one request.
    /// - Parameter caller: the caller's actor.
    /// - Returns: nil if the request may proceed, else how long to wait before retrying.
    func take(_ caller: String) async -> Duration?
}
