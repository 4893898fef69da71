/// A request that a process leaves when it finds a lease held: the holder sees it at its next attempt to take the lease,
/// and lets the waiting process go first. Without it, the holder of a hot record would take it again and again.
enum YieldRequest {
    /// How long a request lasts. Longer than a batch and a waiter's pause between two attempts, about 20 ms together, so
    /// that the holder sees it; short, because the waiter may have given up.
    static let life: Duration = .milliseconds(100)
}
