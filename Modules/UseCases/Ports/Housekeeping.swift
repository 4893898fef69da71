/// Deletes data whose retention time is over.
public protocol Housekeeping: Sendable {
    /// Deletes a bounded number of expired rows; the next call continues.
    /// - Returns: the number of rows deleted.
    /// - Throws: `.unavailable` or `.internalFault`.
    func purge() async throws(ServiceFailure) -> Int
}
