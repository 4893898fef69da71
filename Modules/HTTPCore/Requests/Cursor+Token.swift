import Basics
import JSON
import UseCases

/// A cursor as callers see it: a JSON list in base 64, opaque so that callers do not build their own.
extension Cursor {
    /// Far longer than any sort key, far shorter than a request line may be.
    static let highestTokenCount = 2_048

    package static let problem = Problem(.malformedRequest, "The cursor is not one of this list's.")

    package var token: String {
        var writer = JSONWriter(capacity: 128)
        writer.array(values) { $0.string($1) }
        return Base64URL.encode(writer.bytes)
    }

    /// - Throws: the 400 problem for a malformed token. Whether a token belongs to a list is checked by that list.
    package init(token: String) throws(Problem) {
        guard token.utf8.count <= Self.highestTokenCount, let bytes = Base64URL.decode(token.utf8),
            case .array(let elements)? = try? JSONReader.read(bytes)
        else { throw Self.problem }
        var values: [String] = []
        for element in elements {
            // PostgreSQL cannot store U+0000 in text.
            guard case .string(let value) = element, !value.utf8.contains(0) else { throw Self.problem }
            values.append(value)
        }
        self.init(values)
    }
}
