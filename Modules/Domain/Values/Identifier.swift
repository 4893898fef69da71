/// The UUID of an `Entity`. The type parameter prevents passing a product's id where a warehouse's is meant.
///
/// Two machine words instead of Foundation's `UUID`: Domain imports nothing, and hashing and comparing are cheap on the
/// write path. Identifiers are ordered by their bytes, as PostgreSQL orders `uuid`.
@frozen
public struct Identifier<Entity>: Hashable, Sendable, Comparable {
    /// The first eight bytes, big endian.
    public let high: UInt64
    /// The last eight bytes, big endian.
    public let low: UInt64

    @inlinable
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    @inlinable
    public static func < (left: Self, right: Self) -> Bool {
        left.high == right.high ? left.low < right.low : left.high < right.high
    }

    /// Parses the canonical form of 36 characters (RFC 9562, section 4), lower or upper case; nil for any other text.
    public init?(_ text: some StringProtocol) {
        self.init(String(text))
    }

    /// The same, by bytes: every request contains several ids, so this must be fast.
    public init?(_ text: String) {
        var text = text
        guard let words = text.withUTF8({ canonicalWords($0) }) else { return nil }
        self.init(high: words.high, low: words.low)
    }

    /// The same for text in a buffer.
    public init?(utf8 bytes: UnsafeBufferPointer<UInt8>) {
        guard let words = canonicalWords(bytes) else { return nil }
        self.init(high: words.high, low: words.low)
    }
}

extension Identifier: CustomStringConvertible {
    /// The canonical lowercase form, 36 characters.
    public var description: String {
        String(unsafeUninitializedCapacity: Self.textCount) { buffer in
            write(to: buffer)
            return Self.textCount
        }
    }

    /// The length of the canonical form in bytes.
    public static var textCount: Int { 36 }

    /// Writes the canonical lowercase form.
    /// - Precondition: the buffer has room for `textCount` bytes.
    public func write(to buffer: UnsafeMutableBufferPointer<UInt8>) {
        precondition(buffer.count >= Self.textCount, "no room for a UUID")
        let bytes = UnsafeMutableRawBufferPointer(buffer)
        (bytes[8], bytes[13], bytes[18], bytes[23]) = (hyphen, hyphen, hyphen, hyphen)
        let second = hexDigits(UInt32(truncatingIfNeeded: high))
        let third = hexDigits(UInt32(truncatingIfNeeded: low >> 32))
        bytes.storeBytes(
            of: hexDigits(UInt32(truncatingIfNeeded: high >> 32)).bigEndian, toByteOffset: 0, as: UInt64.self)
        bytes.storeBytes(of: UInt32(truncatingIfNeeded: second >> 32).bigEndian, toByteOffset: 9, as: UInt32.self)
        bytes.storeBytes(of: UInt32(truncatingIfNeeded: second).bigEndian, toByteOffset: 14, as: UInt32.self)
        bytes.storeBytes(of: UInt32(truncatingIfNeeded: third >> 32).bigEndian, toByteOffset: 19, as: UInt32.self)
        bytes.storeBytes(of: UInt32(truncatingIfNeeded: third).bigEndian, toByteOffset: 24, as: UInt32.self)
        bytes.storeBytes(of: hexDigits(UInt32(truncatingIfNeeded: low)).bigEndian, toByteOffset: 28, as: UInt64.self)
    }
}

private func canonicalWords(_ buffer: UnsafeBufferPointer<UInt8>) -> (high: UInt64, low: UInt64)? {
    guard buffer.count == 36 else { return nil }
    let bytes = UnsafeRawBufferPointer(buffer)
    guard bytes[8] == hyphen, bytes[13] == hyphen, bytes[18] == hyphen, bytes[23] == hyphen else { return nil }
    func eight(_ place: Int) -> UInt64 {
        UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
    }
    func four(_ place: Int) -> UInt64 {
        UInt64(UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self)))
    }
    guard let first = hexValue(eight(0)), let second = hexValue(four(9) << 32 | four(14)),
        let third = hexValue(four(19) << 32 | four(24)), let fourth = hexValue(eight(28))
    else { return nil }
    return (first << 32 | second, third << 32 | fourth)
}

private let hyphen = UInt8(ascii: "-")

// The functions below work on eight characters at once: one byte each, the first in the highest byte.

/// The value of eight hexadecimal digits; nil if any character is not a hexadecimal digit.
private func hexValue(_ characters: UInt64) -> UInt64? {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let highBits = ones << 7
    guard characters & highBits == 0 else { return nil }
    // Bytes below 0x80 cannot carry into the next byte: the high bit of a sum tells whether the byte reaches the bound.
    let digits = (characters + ones * (0x80 - 0x30)) & ~(characters + ones * (0x80 - 0x3A)) & highBits
    let lowered = characters | (ones * 0x20)
    let letters = (lowered + ones * (0x80 - 0x61)) & ~(lowered + ones * (0x80 - 0x67)) & highBits
    guard digits | letters == highBits else { return nil }
    var value = (characters & (ones * 0x0F)) + (letters >> 7) * 9
    value = (value | value >> 4) & 0x00FF_00FF_00FF_00FF
    value = (value | value >> 8) & 0x0000_FFFF_0000_FFFF
    return (value | value >> 16) & 0xFFFF_FFFF
}

/// The eight hexadecimal digits of a number.
private func hexDigits(_ number: UInt32) -> UInt64 {
    let ones: UInt64 = 0x0101_0101_0101_0101
    var digits = UInt64(number)
    digits = (digits | digits << 16) & 0x0000_FFFF_0000_FFFF
    digits = (digits | digits << 8) & 0x00FF_00FF_00FF_00FF
    digits = (digits | digits << 4) & 0x0F0F_0F0F_0F0F_0F0F
    // 1 in each byte whose digit is 10 or more.
    let letters = (digits + ones * 6) >> 4 & ones
    return digits + ones * 0x30 + letters * 39
}

public typealias ProductID = Identifier<Product>
public typealias WarehouseID = Identifier<Warehouse>
public typealias InventoryID = Identifier<InventoryRecord>
public typealias ReservationID = Identifier<Reservation>
public typealias TransactionID = Identifier<LedgerEntry>
public typealias AlertID = Identifier<LowStockAlert>
public typealias SuggestionID = Identifier<PurchaseOrderSuggestion>

/// The order of a checkout. The caller chooses its id; this system stores nothing else about it.
public enum Order {}
public typealias OrderID = Identifier<Order>

/// A suggestion to reorder, created together with an alert.
public enum PurchaseOrderSuggestion {}

/// An email in the outbox.
public enum OutboundEmail {}
public typealias EmailID = Identifier<OutboundEmail>
