import FoundationEssentials

/// Which reserved orders are confirmed. It depends on the order id alone, so two runs choose the same orders, and a run
/// with a higher ratio confirms all that one with a lower ratio did.
struct ConfirmChoice: Equatable, Sendable {
    let ratio: Double

    func confirms(_ orderID: UUID) -> Bool { Self.fraction(orderID) < ratio }

    /// 0 ..< 1, evenly spread also where ids are counted up: FNV-1a over the bytes, then splitmix64's mixing.
    static func fraction(_ orderID: UUID) -> Double {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        withUnsafeBytes(of: orderID.uuid) { bytes in
            for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        }
        hash = (hash ^ (hash >> 30)) &* 0xBF58_476D_1CE4_E5B9
        hash = (hash ^ (hash >> 27)) &* 0x94D0_49BB_1331_11EB
        hash ^= hash >> 31
        return Double(hash >> 11) * 0x1p-53
    }
}
