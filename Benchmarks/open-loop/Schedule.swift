/// When requests are due: fixed before the first one is sent, so that a slow server cannot delay the requests that
/// would show how slow it is (coordinated omission).
struct Schedule {
    /// Nanoseconds from the start, ascending.
    let due: [Int64]

    /// Arrivals of many independent callers, which form a Poisson process, as in pgbench's `--rate`.
    /// - Parameters:
    ///   - rate: requests a second on average, above 0.
    ///   - seconds: how long.
    ///   - seed: the same seed gives the same times.
    init(rate: Double, seconds: Double, seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var due: [Int64] = []
        due.reserveCapacity(Int(rate * seconds * 1.1))
        var second = 0.0
        while true {
            second += random.nextExponential() / rate
            guard second < seconds else { break }
            due.append(Int64(second * 1e9))
        }
        self.due = due
    }
}
