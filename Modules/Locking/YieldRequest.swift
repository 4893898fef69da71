/// What one who finds a lease held leaves behind, so that the holder lets him in (architecture.md, trap 11).
enum YieldRequest {
    /// How long a mark counts. Longer than a batch and a waiter's pause between two attempts, some 20 ms together, so
    /// that the holder of a hot record meets it; short, because the waiter may have given up meanwhile.
    static let life: Duration = .milliseconds(100)
}
