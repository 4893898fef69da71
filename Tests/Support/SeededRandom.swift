public import Domain
import Foundation

/// An environment variable; nil if it is absent or empty.
public func environment(_ name: String) -> String? {
    ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
}

/// A random number generator with a seed, so that failures can be reproduced (SplitMix64; Steele, Lea, Flood 2014).
public struct SeededRandom: RandomNumberGenerator, Sendable {
    public let seed: UInt64
    private var state: UInt64

    /// - Parameter seed: nil uses `TEST_SEED` from the environment, else a random seed. Print it with each failure.
    public init(seed: UInt64? = nil) {
        var system = SystemRandomNumberGenerator()
        let seed = seed ?? environment("TEST_SEED").flatMap(UInt64.init) ?? system.next()
        self.seed = seed
        state = seed
    }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    public mutating func pick<Value>(_ values: [Value]) -> Value {
        values[Int.random(in: 0..<values.count, using: &self)]
    }

    public mutating func identifier<Entity>(_: Entity.Type = Entity.self) -> Identifier<Entity> {
        Identifier(high: next(), low: next())
    }
}
