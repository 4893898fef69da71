/// A stock keeping unit's code: 1 ... 64 characters of `A-Za-z0-9._-/`, not `.` or `..`; compared exactly.
public struct SKU: Hashable, Sendable, CustomStringConvertible {
    public let description: String

    /// - Returns: nil when the text is not a SKU.
    public init?(_ text: String) {
        guard isCode(text) else { return nil }
        description = text
    }
}

/// A warehouse's code, of the same form as a SKU.
public struct WarehouseCode: Hashable, Sendable, CustomStringConvertible {
    public let description: String

    /// - Returns: nil when the text is not a warehouse code.
    public init?(_ text: String) {
        guard isCode(text) else { return nil }
        description = text
    }
}

/// The rule of both types. `.` and `..` are refused because they would change the meaning of a URL's path.
private func isCode(_ text: String) -> Bool {
    guard (1...64).contains(text.utf8.count), text != ".", text != ".." else { return false }
    return text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"),
            UInt8(ascii: "/"):
            true
        default: false
        }
    }
}
