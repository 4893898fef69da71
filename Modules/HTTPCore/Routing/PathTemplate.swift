/// A route's path: `/api/v1/products/{sku}`.
package struct PathTemplate: Hashable, Sendable, CustomStringConvertible, ExpressibleByStringLiteral {
    enum Segment: Hashable, Sendable {
        case literal(String)
        case parameter(String)
    }

    package let description: String
    let segments: [Segment]

    package init(_ text: String) {
        description = text
        segments = text.split(separator: "/").map { segment in
            segment.hasPrefix("{") && segment.hasSuffix("}")
                ? .parameter(String(segment.dropFirst().dropLast())) : .literal(String(segment))
        }
    }

    package init(stringLiteral text: String) {
        self.init(text)
    }

    /// A path below the API's base path.
    package static func api(_ path: String) -> PathTemplate {
        PathTemplate("/api/v1" + path)
    }
}
