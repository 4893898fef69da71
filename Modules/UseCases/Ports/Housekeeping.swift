/// Takes away what is kept for a time only.
public protocol Housekeeping: Sendable {
    /// Removes what is too old, a bounded part of it at a time; the next call goes on.
    /// - Returns: rows that were removed.
    /// - Throws: `.unavailable` or `.internalFault`.
    func purge() async throws(ServiceFailure) -> Int
}
