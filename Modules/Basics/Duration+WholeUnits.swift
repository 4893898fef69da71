/// Durations as whole numbers, for protocols and settings that take nothing else.
extension Duration {
    /// Rounded towards zero; exact for 292 years, a trap beyond.
    @inlinable package var wholeNanoseconds: Int64 {
        components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
    }

    /// Rounded towards zero.
    @inlinable package var wholeMilliseconds: Int {
        Int(components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000)
    }

    /// For durations that are not negative.
    package var wholeMillisecondsRoundedUp: Int {
        let (seconds, rest) = components
        return Int(seconds) * 1_000 + Int((rest + 999_999_999_999_999) / 1_000_000_000_000_000)
    }

    /// For durations that are not negative.
    package var wholeSecondsRoundedUp: Int {
        let (seconds, rest) = components
        return Int(seconds) + (rest > 0 ? 1 : 0)
    }
}
