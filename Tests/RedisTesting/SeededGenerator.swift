import Glibc

/// Random numbers that depend on a seed alone (SplitMix64).
public struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    public init(seed: UInt64) {
        state = seed
    }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// The seed of a test: `TEST_SEED`, or a random one. The test prints it.
    public static func testSeed() -> UInt64 {
        seedFromEnvironment() ?? .random(in: 0 ... .max)
    }
}

private func seedFromEnvironment() -> UInt64? {
    getenv("TEST_SEED").flatMap { UInt64(String(cString: $0)) }
}
