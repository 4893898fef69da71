/// A UUID that names one `Entity`, so that a product's id cannot be passed where a warehouse's is meant.
///
/// Two machine words instead of Foundation's `UUID`: the rules import nothing, and hashing and comparing are cheap on
/// the write path. The order is the order of the bytes, which is PostgreSQL's order of `uuid`.
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

    /// The UUID in the text, in its canonical form of 36 characters (RFC 9562, section 4); upper case is accepted.
    public init?(_ text: some StringProtocol) {
        self.init(String(text))
    }

    /// The same; by bytes, because every request has several.
    public init?(_ text: String) {
        var text = text
        guard let words = text.withUTF8({ canonicalWords($0) }) else { return nil }
        self.init(high: words.high, low: words.low)
    }
}

extension Identifier: CustomStringConvertible {
    /// The canonical lowercase form, 36 characters.
    public var description: String {
        String(unsafeUninitializedCapacity: 36) { buffer in
            var position = 0
            for index in 0..<16 {
                if index == 4 || index == 6 || index == 8 || index == 10 {
                    buffer[position] = UInt8(ascii: "-")
                    position += 1
                }
                let word = index < 8 ? high : low
                let byte = UInt8(truncatingIfNeeded: word >> UInt64(56 - 8 * (index & 7)))
                buffer[position] = hexCharacter(byte >> 4)
                buffer[position + 1] = hexCharacter(byte & 15)
                position += 2
            }
            return position
        }
    }
}

private func canonicalWords(_ bytes: UnsafeBufferPointer<UInt8>) -> (high: UInt64, low: UInt64)? {
    guard bytes.count == 36 else { return nil }
    var words: (high: UInt64, low: UInt64) = (0, 0)
    // What no digit is has a bit above the fourth.
    var faults: UInt8 = 0
    for position in 0..<36 {
        let byte = bytes[position]
        if position == 8 || position == 13 || position == 18 || position == 23 {
            faults |= byte ^ UInt8(ascii: "-")
            continue
        }
        let digit = hexDigit(byte)
        faults |= digit & 0xF0
        if position < 19 {
            words.high = words.high << 4 | UInt64(digit & 0xF)
        } else {
            words.low = words.low << 4 | UInt64(digit & 0xF)
        }
    }
    return faults == 0 ? words : nil
}

/// The digit's value; 0xFF for what is none.
private func hexDigit(_ byte: UInt8) -> UInt8 {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: 0xFF
    }
}

private func hexCharacter(_ digit: UInt8) -> UInt8 {
    digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
}

public typealias ProductID = Identifier<Product>
public typealias WarehouseID = Identifier<Warehouse>
public typealias InventoryID = Identifier<InventoryRecord>
public typealias ReservationID = Identifier<Reservation>
public typealias TransactionID = Identifier<LedgerEntry>
public typealias AlertID = Identifier<LowStockAlert>
public typealias SuggestionID = Identifier<PurchaseOrderSuggestion>

/// The checkout's order. The caller chooses its id; this system keeps no other fact of it.
public enum Order {}
public typealias OrderID = Identifier<Order>

/// A suggestion to reorder, made with an alert.
public enum PurchaseOrderSuggestion {}

/// An email of ours on its way out.
public enum OutboundEmail {}
public typealias EmailID = Identifier<OutboundEmail>
