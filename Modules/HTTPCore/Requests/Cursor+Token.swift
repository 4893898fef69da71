import JSON
import UseCases

/// A cursor as callers carry it: base 64 of a JSON list, so that nobody is tempted to build one.
extension Cursor {
    /// Far above any sort key, far below what a line of a request may have.
    package static let highestTokenCount = 2_048

    package static let problem = Problem(.malformedRequest, "The cursor is not one of this list's.")

    package var token: String {
        var writer = JSONWriter(capacity: 128)
        writer.array(values) { $0.string($1) }
        return Base64URL.encode(writer.bytes)
    }

    /// - Throws: the 400 problem when the token is none of ours. Whether it is one of this list's, the list decides.
    package init(token: String) throws(Problem) {
        guard token.utf8.count <= Self.highestTokenCount, let bytes = Base64URL.decode(token),
            case .array(let elements)? = try? JSONReader.read(bytes)
        else { throw Self.problem }
        var values: [String] = []
        for element in elements {
            // PostgreSQL takes no U+0000 in a text.
            guard case .string(let value) = element, !value.utf8.contains(0) else { throw Self.problem }
            values.append(value)
        }
        self.init(values)
    }
}
