extension Duration {
    /// Milliseconds, rounded down, and at least one: Redis refuses an expiry of zero.
    var wholeMilliseconds: Int {
        max(1, Int(self / .milliseconds(1)))
    }
}
