import Domain
import JSON

/// Values that requests and responses share.
extension Schema {
    /// The pattern is needed because validators may ignore a format.
    @usableFromInline package static let identifier = string(
        pattern: "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$",
        format: "uuid"
    )
    package static let time = string(format: "date-time")
    package static let sku = code.example("LAPTOP-001")
    package static let warehouseCode = code.example("WH1")

    /// The pattern excludes `.` and `..` without lookahead, which not every regular expression engine supports.
    private static let code = string(
        1...64,
        pattern: #"^(\.{0,2}[A-Za-z0-9_/-][A-Za-z0-9._/-]*|\.{3}[A-Za-z0-9._/-]*)$"#
    )

    package static let movable = integer(Quantity.movable)
    package static let countable = integer(Quantity.countable)
    package static let reorderable = integer(Quantity.reorderable)
    /// The version of a record.
    package static let version = integer(Quantity.countable)
    /// A change of a quantity, positive or negative.
    package static let difference = integer(-Quantity.highest...Quantity.highest)

    package static let name = text(TextLimits.name).example("Laptop 14\"")
    package static let search = text(TextLimits.search)
    package static let description = text(TextLimits.description, allowsLines: true)

    /// Text without control characters.
    /// - Parameters:
    ///   - count: Unicode scalars.
    ///   - allowsLines: whether tabs and line breaks are allowed.
    package static func text(_ count: ClosedRange<Int>, allowsLines: Bool = false) -> Schema {
        string(
            count, pattern: allowsLines ? #"^[^\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F]*$"# : #"^[^\x00-\x1F\x7F-\x9F]*$"#)
    }

    /// A price in a response: always two decimal places.
    package static let money = string(pattern: #"^-?[0-9]+\.[0-9]{2}$"#).example("19.99")
    /// A price in a request.
    package static let price = oneOf([
        string(pattern: #"^0*[0-9]{1,10}(\.[0-9]{1,2})?$"#).example("19.99"),
        number.with("minimum", .integer(0)).with("maximum", .number(JSONNumber(text: "9999999999.99")))
            .with("multipleOf", .number(JSONNumber(text: "0.01"))),
    ])
    .described("0 to \(Money.highestPrice), with at most two places.")
}
