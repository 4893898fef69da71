/// Makes time-ordered UUIDs (version 7, RFC 9562 section 5.7) that ascend within one source, so that new rows are added
/// at the end of their indexes.
///
/// The 12 bits after the millisecond and the 14 bits after the variant count up from a random start; the last 48 bits
/// are random. A source makes at least 2^25 identifiers before its counter can wrap, far more than any batch.
public struct IdentifierSource: Sendable {
    private var counter: UInt32
    private var state: UInt64

    /// - Parameter seed: the same seed makes the same identifiers at the same instants; servers pass a random one.
    public init(seed: UInt64) {
        state = seed
        counter = 0
        counter = UInt32(truncatingIfNeeded: nextRandom()) & 0x1FF_FFFF
    }

    /// A new identifier of this instant. Instants before 1970 count as 1970.
    public mutating func next<Entity>(_: Entity.Type = Entity.self, at instant: Instant) -> Identifier<Entity> {
        let milliseconds = UInt64(max(0, instant.milliseconds)) & 0xFFFF_FFFF_FFFF
        counter &+= 1
        let high = milliseconds << 16 | 0x7000 | UInt64(counter >> 14 & 0xFFF)
        let low = 0x8000_0000_0000_0000 | UInt64(counter & 0x3FFF) << 48 | nextRandom() >> 16
        return Identifier(high: high, low: low)
    }

    /// SplitMix64 (Steele, Lea, Flood 2014): ids must be unique, not secret.
    private mutating func nextRandom() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
