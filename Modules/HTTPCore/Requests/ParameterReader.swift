import Domain
package import UseCases

/// Reads path and query parameters, and collects every fault with the parameter's name.
package struct ParameterReader {
    private let request: APIRequest
    package private(set) var faults: [FieldFault] = []

    package init(_ request: APIRequest) {
        self.request = request
    }

    /// A path parameter.
    package mutating func path<Value>(_ name: String, _ rule: FieldRule<Value>) -> Value? {
        read(name, .text(request.parameters[name]), rule)
    }

    /// A required query parameter.
    package mutating func required<Value>(_ name: String, _ rule: FieldRule<Value>) -> Value? {
        guard let value = request.query[name] else {
            faults.append(FieldFault(field: name, message: "is required"))
            return nil
        }
        return read(name, value, rule)
    }

    /// An optional query parameter. An empty value counts as absent; the last of several values counts.
    package mutating func optional<Value>(_ name: String, _ rule: FieldRule<Value>) -> Value? {
        request.query[name].flatMap { read(name, $0, rule) }
    }

    /// A query parameter that may be repeated.
    package mutating func repeated<Value>(_ name: String, count: ClosedRange<Int>, _ rule: FieldRule<Value>) -> [Value]?
    {
        let values = request.query[all: name]
        guard count.contains(values.count) else {
            let message = "must be given \(count.lowerBound) to \(count.upperBound) times"
            faults.append(FieldFault(field: name, message: message))
            return nil
        }
        return values.compactMap { read(name, $0, rule) }
    }

    /// `limit` and `cursor`, which every list takes.
    /// - Throws: the 400 problem for a malformed cursor.
    package mutating func page() throws(Problem) -> PageRequest? {
        let limit = optional("limit", .integer(in: PageLimits.allowed)) ?? PageLimits.standard
        let cursor: Cursor? =
            switch request.query["cursor"] {
            case .text(let text): try Cursor(token: text)
            case .undecodable: throw Cursor.problem
            case nil: nil
            }
        return faults.isEmpty ? PageRequest(limit: Int(limit), cursor: cursor) : nil
    }

    private mutating func read<Value>(
        _ name: String,
        _ value: QueryParameters.Value,
        _ rule: FieldRule<Value>
    ) -> Value? {
        guard case .text(let text) = value else {
            faults.append(FieldFault(field: name, message: "must be percent-encoded UTF-8"))
            return nil
        }
        do throws(FieldMessage) {
            return try rule.fromText(text)
        } catch {
            faults.append(FieldFault(field: name, message: error.text))
            return nil
        }
    }

    /// The values if all are present and the reader has no faults; otherwise nil.
    package func all<each Value>(_ values: repeat (each Value)?) -> (repeat each Value)? {
        guard faults.isEmpty else { return nil }
        return unwrap(repeat each values)
    }

    /// The error to throw when `all` returns nil.
    package var failure: ServiceFailure {
        faults.isEmpty ? .internalFault(cause: "a parameter is missing without a fault") : .invalid(faults)
    }
}

/// How many items a page of a list may have.
package enum PageLimits {
    package static let allowed: ClosedRange<Int64> = 1...500
    package static let standard: Int64 = 50
}
