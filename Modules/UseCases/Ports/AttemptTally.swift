/// Counts checkouts that the rules decided, by what became of them.
public protocol AttemptTally: Sendable {
    /// One more. Costs no more than a short lock; made durable soon, by itself.
    /// - Parameter succeeded: whether the units were held.
    func count(succeeded: Bool)
}
