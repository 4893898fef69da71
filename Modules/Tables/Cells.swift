import CSV
import Domain
import UseCases

/// The cells of one row. A malformed cell is recorded as a fault, and reading continues.
public struct Cells {
    private let record: CSVRecord
    private let hasDecimalComma: Bool
    private(set) var faults: [RowFault] = []

    init(_ record: CSVRecord, hasDecimalComma: Bool) {
        self.record = record
        self.hasDecimalComma = hasDecimalComma
    }

    private mutating func fault(_ column: String, _ message: String) {
        faults.append(RowFault(row: record.number, column: column, message: message))
    }

    /// The cell without surrounding spaces, which have no meaning in a code or a number.
    private func trimmed(_ column: String) -> String {
        guard let text = record.text(column) else { return "" }
        guard text.utf8.first == UInt8(ascii: " ") || text.utf8.last == UInt8(ascii: " ") else { return text }
        let rest = text.drop { $0 == " " }
        return String(rest[..<(rest.lastIndex { $0 != " " }.map(rest.index(after:)) ?? rest.startIndex)])
    }

    mutating func sku(_ column: String) -> SKU? {
        code(column, SKU.init)
    }

    mutating func warehouseCode(_ column: String) -> WarehouseCode? {
        code(column, WarehouseCode.init)
    }

    private mutating func code<Code>(_ column: String, _ make: (String) -> Code?) -> Code? {
        if let code = make(trimmed(column)) { return code }
        fault(column, "must be 1 to 64 characters of A-Z a-z 0-9 . _ - / and not . or ..")
        return nil
    }

    /// A name of a product or a warehouse.
    mutating func name(_ column: String) -> String? {
        text(column, TextLimits.name)
    }

    /// - Returns: the outer nil if there is no such column, the inner nil for an empty cell.
    mutating func description(_ column: String) -> String?? {
        guard let text = record.text(column) else { return .none }
        guard !text.isEmpty else { return .some(nil) }
        return .some(self.text(column, TextLimits.description, allowsLines: true))
    }

    private mutating func text(_ column: String, _ count: ClosedRange<Int>, allowsLines: Bool = false) -> String? {
        let text = record.text(column) ?? ""
        guard count.contains(text.unicodeScalars.count) else {
            fault(column, "must have \(count.lowerBound) to \(count.upperBound) characters")
            return nil
        }
        guard !TextLimits.hasControlCharacter(text, allowsLines: allowsLines) else {
            fault(column, "must not contain control characters")
            return nil
        }
        return text
    }

    mutating func price(_ column: String) -> Money? {
        let text = trimmed(column)
        if let price = Money(price: text) { return price }
        if hasDecimalComma, text.utf8.contains(UInt8(ascii: ",")), !text.utf8.contains(UInt8(ascii: ".")),
            let price = Money(price: text.replacing(",", with: "."))
        {
            return price
        }
        fault(column, "must be between 0 and \(Money.highestPrice) with at most 2 places")
        return nil
    }

    mutating func integer(_ column: String, in range: ClosedRange<Int64>) -> Int64? {
        let text = trimmed(column)
        let digits = text.utf8.first == UInt8(ascii: "-") ? text.utf8.dropFirst() : text.utf8[...]
        guard !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }) else {
            fault(column, "must be an integer")
            return nil
        }
        guard let number = Int64(text), range.contains(number) else {
            fault(column, "must be between \(range.lowerBound) and \(range.upperBound)")
            return nil
        }
        return number
    }

    /// - Returns: nil if there is no such column or the cell is empty.
    mutating func optionalInteger(_ column: String, in range: ClosedRange<Int64>) -> Int64? {
        guard !trimmed(column).isEmpty else { return nil }
        return integer(column, in: range)
    }
}
