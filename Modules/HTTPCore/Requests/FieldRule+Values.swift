package import Domain
import JSON

// MARK: - Numbers

extension FieldRule where Value == Int64 {
    /// An integer in any JSON notation: `2.0` is 2.
    package static func integer(in range: ClosedRange<Int64>) -> Self {
        FieldRule(
            schema: { .integer(range) },
            json: { value throws(FieldMessage) in
                guard let number = value.integer else {
                    throw FieldMessage("must be an integer, not \(value.kind.words)")
                }
                switch number {
                case .integer(let integer) where range.contains(integer): return integer
                case .integer, .outOfRange: throw .outside(range)
                case .fraction: throw FieldMessage("must be an integer")
                }
            },
            text: { text throws(FieldMessage) in
                let digits = text.utf8.first == UInt8(ascii: "-") ? text.dropFirst() : text[...]
                guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
                    throw FieldMessage("must be an integer")
                }
                guard let integer = Int64(text), range.contains(integer) else { throw .outside(range) }
                return integer
            }
        )
    }
}

extension FieldRule where Value == Bool {
    package static var boolean: Self {
        FieldRule(
            schema: { .boolean },
            json: { value throws(FieldMessage) in
                guard let bool = value.bool else { throw FieldMessage("must be true or false") }
                return bool
            },
            text: { text throws(FieldMessage) in
                guard let bool = Bool(text) else { throw FieldMessage("must be true or false") }
                return bool
            }
        )
    }
}

extension FieldRule where Value == Money {
    /// A decimal string, or a JSON number whose value has at most two places (`1e2` is 100.00).
    package static var price: FieldRule<Money> {
        let parse: @Sendable (String) throws(FieldMessage) -> Money = { text throws(FieldMessage) in
            guard let price = Money(price: text) else { throw .notAPrice }
            return price
        }
        return FieldRule(
            schema: { .price },
            json: { value throws(FieldMessage) in
                if let text = value.string { return try parse(text) }
                guard let number = value.number else {
                    throw FieldMessage("must be a decimal string or a number, not \(value.kind.words)")
                }
                guard case .integer(let hundredths) = number.scaled(places: 2),
                    (0...Money.highestPrice.hundredths).contains(hundredths)
                else { throw .notAPrice }
                return Money(hundredths: hundredths)
            },
            text: parse
        )
    }
}

extension FieldRule where Value == Instant {
    package static var time: FieldRule<Instant> {
        FieldRule(
            schema: { .time },
            text: { text throws(FieldMessage) in
                guard let instant = RFC3339.parse(text) else {
                    throw FieldMessage("must be a time such as 2026-11-22T15:00:00Z")
                }
                return instant
            })
    }
}

// MARK: - Text

extension FieldRule where Value == String {
    /// Text without control characters.
    /// - Parameters:
    ///   - count: the allowed number of Unicode scalars, which is what PostgreSQL counts.
    ///   - allowsLines: whether tabs and line breaks are allowed.
    package static func text(_ count: ClosedRange<Int>, allowsLines: Bool = false) -> Self {
        FieldRule(
            schema: { .text(count, allowsLines: allowsLines) },
            text: { text throws(FieldMessage) in
                guard count.contains(text.unicodeScalars.count) else {
                    throw FieldMessage("must have \(count.lowerBound) to \(count.upperBound) characters")
                }
                guard !TextLimits.hasControlCharacter(text, allowsLines: allowsLines) else {
                    throw FieldMessage("must not contain control characters")
                }
                return text
            })
    }

    package static var name: Self { text(TextLimits.name) }
    package static var reason: Self { text(TextLimits.reason) }
    package static var requiredReason: Self { text(TextLimits.requiredReason) }
    package static var reference: Self { text(TextLimits.reference) }
    /// The only text that may have line breaks.
    package static var description: Self { text(TextLimits.description, allowsLines: true) }
    package static var search: Self { text(TextLimits.search) }
}

extension FieldMessage {
    // Created when thrown, not with the rule: rules are created for every field of every request.
    fileprivate static func outside(_ range: ClosedRange<Int64>) -> FieldMessage {
        FieldMessage("must be between \(range.lowerBound) and \(range.upperBound)")
    }

    fileprivate static var notAPrice: FieldMessage {
        FieldMessage("must be between 0 and \(Money.highestPrice) with at most 2 places")
    }
}
