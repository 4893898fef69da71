import Synchronization

/// Non-cryptographic random numbers for request and trace ids.
///
/// The system's generator costs a system call per number. This one is SplitMix64 (Steele, Lea, Flood: *Fast Splittable
/// Pseudorandom Number Generators*, 2014), seeded from the system in each process.
enum FastRandom {
    private static let state = Atomic<UInt64>(UInt64.random(in: .min ... .max))

    static func nextPair() -> (UInt64, UInt64) {
        let place = state.wrappingAdd(2 &* step, ordering: .relaxed).newValue
        return (mixed(place &- step), mixed(place))
    }

    private static let step: UInt64 = 0x9E37_79B9_7F4A_7C15

    private static func mixed(_ value: UInt64) -> UInt64 {
        var value = value
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
