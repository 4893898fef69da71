/// The rule of `SKU` and `WarehouseCode`, for bytes that are copied without making either.
public enum CodeBytes {
    /// Whether the bytes are a valid code.
    public static func isCode(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let dot = UInt8(ascii: ".")
        switch bytes.count {
        case 0, 65...: return false
        case 1 where bytes[0] == dot: return false
        case 2 where bytes[0] == dot && bytes[1] == dot: return false
        default: break
        }
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                // The three characters before the digits: - . /
                UInt8(ascii: "-")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                continue
            default: return false
            }
        }
        return true
    }
}
