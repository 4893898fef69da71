public import Domain

/// A decimal as the database wrote it: exact, of any size, with a fixed number of places. Sums of quantities and of
/// money can exceed 64 bits.
public struct ExactDecimal: Hashable, Sendable, CustomStringConvertible {
    /// Digits with at most one decimal point, and a sign if negative.
    public let description: String

    /// Nil if the text is not a plain decimal.
    public init?(_ text: String) {
        var digits = 0
        var points = 0
        for (index, byte) in text.utf8.enumerated() {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digits += 1
            case UInt8(ascii: "."): points += 1
            case UInt8(ascii: "-") where index == 0: break
            default: return nil
            }
        }
        guard digits > 0, points <= 1, text.utf8.last != UInt8(ascii: ".") else { return nil }
        description = text
    }

    public init(_ integer: Int64) {
        description = String(integer)
    }
}

/// A product and how much of it moved.
public struct TopMover: Hashable, Sendable {
    public let sku: SKU
    public let name: String
    /// Ledger rows of every type, over all warehouses.
    public let transactionCount: Int64
    public let unitsOut: ExactDecimal

    public init(sku: SKU, name: String, transactionCount: Int64, unitsOut: ExactDecimal) {
        self.sku = sku
        self.name = name
        self.transactionCount = transactionCount
        self.unitsOut = unitsOut
    }
}

/// Turnover of a product, or of the whole stock.
public struct TurnoverFigures: Hashable, Sendable {
    /// Units shipped and confirmed.
    public let unitsOut: ExactDecimal
    /// Their value at today's base prices: two places.
    public let valueOut: ExactDecimal
    /// The mean of the daily closing balances: three places.
    public let averageOnHand: ExactDecimal
    /// `unitsOut` divided by `averageOnHand`: four places; nil if nothing was on hand.
    public let turnover: ExactDecimal?
    /// How many days the stock on hand lasts at this rate: one place; nil if nothing was shipped or confirmed.
    public let daysOfCover: ExactDecimal?

    public init(
        unitsOut: ExactDecimal, valueOut: ExactDecimal, averageOnHand: ExactDecimal, turnover: ExactDecimal?,
        daysOfCover: ExactDecimal?
    ) {
        self.unitsOut = unitsOut
        self.valueOut = valueOut
        self.averageOnHand = averageOnHand
        self.turnover = turnover
        self.daysOfCover = daysOfCover
    }
}

public struct TurnoverLine: Hashable, Sendable {
    public let sku: SKU
    public let name: String
    public let figures: TurnoverFigures

    public init(sku: SKU, name: String, figures: TurnoverFigures) {
        self.sku = sku
        self.name = name
        self.figures = figures
    }
}

public struct TurnoverReport: Sendable {
    public let total: TurnoverFigures
    public let page: Page<TurnoverLine>

    public init(total: TurnoverFigures, page: Page<TurnoverLine>) {
        self.total = total
        self.page = page
    }
}

/// How long a bucket of movements is.
public enum MovementBucket: String, CaseIterable, Sendable {
    case hour, day
}

/// The units moved in one bucket.
public struct MovementLine: Hashable, Sendable {
    /// The start of the bucket, in UTC.
    public let start: Instant
    /// Received.
    public let unitsIn: ExactDecimal
    /// Shipped and confirmed.
    public let unitsOut: ExactDecimal
    /// The net sum of adjustments.
    public let unitsAdjusted: ExactDecimal

    public init(start: Instant, unitsIn: ExactDecimal, unitsOut: ExactDecimal, unitsAdjusted: ExactDecimal) {
        self.start = start
        self.unitsIn = unitsIn
        self.unitsOut = unitsOut
        self.unitsAdjusted = unitsAdjusted
    }
}
