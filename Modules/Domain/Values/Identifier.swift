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
        var words: (high: UInt64, low: UInt64) = (0, 0)
        var position = 0
        for byte in text.utf8 {
            if position == 8 || position == 13 || position == 18 || position == 23 {
                guard byte == UInt8(ascii: "-") else { return nil }
            } else {
                guard let digit = hexDigit(byte) else { return nil }
                if position < 19 {
                    words.high = words.high << 4 | UInt64(digit)
                } else {
                    words.low = words.low << 4 | UInt64(digit)
                }
            }
            position += 1
            if position > 36 { return nil }
        }
        guard position == 36 else { return nil }
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

private func hexDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
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
