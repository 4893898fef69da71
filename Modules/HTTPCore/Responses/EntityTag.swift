package import HTTPTypes

/// A record's version as an entity tag (RFC 9110, section 8.8.3).
package struct EntityTag: CustomStringConvertible {
    package let version: Int64

    package init(version: Int64) {
        self.version = version
    }

    package var description: String { "\"\(version)\"" }

    /// Whether `If-None-Match` names this version: `*`, or a list of tags that are compared weakly (RFC 9110,
    /// section 13.1.2).
    package func matches(_ headers: HTTPFields) -> Bool {
        headers[values: .ifNoneMatch].contains { field in
            field.split(separator: ",").contains { candidate in
                var tag = candidate.drop { $0 == " " || $0 == "\t" }
                while tag.last == " " || tag.last == "\t" { tag.removeLast() }
                return tag == "*" || (tag.hasPrefix("W/") ? tag.dropFirst(2) : tag) == description[...]
            }
        }
    }
}
