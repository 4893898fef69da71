import CSV

/// The API's bounds of each field, checked before anything is sent, so that an error can name its row.
enum FieldRules {
    static let maximumCodeBytes = 64
    /// The units that one call may move or reserve.
    static let quantities = 1...1_000_000_000
    static let openingQuantities = 0...1_000_000_000
    static let reorderPoints = 0...1_000_000_000
    static let reorderQuantities = 1...1_000_000_000
    static let priorities = -1_000_000_000...1_000_000_000

    static func isCode(_ text: String) -> Bool {
        guard (1...maximumCodeBytes).contains(text.utf8.count), text != ".", text != ".." else { return false }
        return text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"),
                UInt8(ascii: "/"):
                true
            default: false
            }
        }
    }
}

extension CSVRecord {
    /// A SKU or a warehouse code.
    func code(_ column: String) throws(CSVError) -> String {
        let text = text(column) ?? ""
        guard FieldRules.isCode(text) else {
            throw fault(column, "must be 1 ... 64 characters of A-Za-z0-9._-/")
        }
        return text
    }

    func nonEmpty(_ column: String) throws(CSVError) -> String {
        guard let text = text(column), !text.isEmpty else { throw fault(column, "must not be empty") }
        return text
    }
}
