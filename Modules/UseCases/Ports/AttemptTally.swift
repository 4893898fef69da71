/// Counts the checkouts that the rules accepted or refused.
public protocol AttemptTally: Sendable {
    /// Counts one checkout. Takes only a short lock; the implementation saves the count soon afterwards.
    /// - Parameter succeeded: whether the units were reserved.
    func count(succeeded: Bool)
}
