package import HTTPTypes

/// Finds the endpoint of a method and a path.
///
/// It replaces Hummingbird's router for three reasons. That router matches the path before the method, so
/// `PUT /inventory/{sku}/{warehouse_code}` of a warehouse named `at` would match `GET /inventory/{id}/at` and be
/// rejected. It cannot list the methods of a path, which 405 must do. And routes that run on the event loop are looked up
/// without a framework's request.
package struct EndpointTable: Sendable {
    package enum Match: Sendable {
        /// - Parameters:
        ///   - index: the endpoint's index in `endpoints`.
        ///   - values: the segments of the template's parameters, still percent-encoded.
        case endpoint(index: Int, values: [Substring])
        /// The path exists with other methods, which are listed for `Allow`.
        case methodNotAllowed([HTTPRequest.Method])
        case notFound
    }

    private struct Node {
        var literals: [(segment: String, node: Int)] = []
        var parameter: Int?
        /// Endpoints whose path ends at this node.
        var endpoints: [(method: HTTPRequest.Method, index: Int)] = []
    }

    package let endpoints: [Endpoint]
    private var nodes = [Node()]

    /// - Precondition: no two endpoints have the same method and path.
    package init(_ endpoints: [Endpoint]) {
        self.endpoints = endpoints
        for (index, endpoint) in endpoints.enumerated() {
            var node = 0
            for segment in endpoint.path.segments {
                node = child(of: node, segment)
            }
            precondition(
                !nodes[node].endpoints.contains { $0.method == endpoint.method },
                "\(endpoint.method) \(endpoint.path) is declared twice"
            )
            nodes[node].endpoints.append((endpoint.method, index))
        }
    }

    private mutating func child(of node: Int, _ segment: PathTemplate.Segment) -> Int {
        let next = nodes.count
        switch segment {
        case .literal(let text):
            if let known = nodes[node].literals.first(where: { $0.segment == text }) { return known.node }
            nodes[node].literals.append((text, next))
        case .parameter:
            if let known = nodes[node].parameter { return known }
            nodes[node].parameter = next
        }
        nodes.append(Node())
        return next
    }

    /// - Parameter path: still percent-encoded, without the query. A literal segment takes precedence over a parameter
    ///   where both have the method, and a completely literal path takes precedence over everything.
    package func match(_ method: HTTPRequest.Method, _ path: Substring) -> Match {
        let slash = UInt8(ascii: "/")
        guard path.utf8.first == slash else { return .notFound }
        let rest = path.utf8.dropFirst()
        let segments =
            rest.isEmpty ? [] : rest.split(separator: slash, omittingEmptySubsequences: false).map(Substring.init)
        var ends: [(node: Int, values: [Substring])] = []
        collectEnds(from: 0, segments[...], [], into: &ends)
        for end in ends {
            if let index = index(of: method, at: end.node) { return .endpoint(index: index, values: end.values) }
            // A literal path is never read as an id: `GET /inventory/receive` is 405.
            if end.values.isEmpty { return .methodNotAllowed(Self.listing(nodes[end.node].endpoints.map(\.method))) }
        }
        let allowed = ends.flatMap { nodes[$0.node].endpoints.map(\.method) }
        return allowed.isEmpty ? .notFound : .methodNotAllowed(Self.listing(allowed))
    }

    /// HEAD is allowed wherever GET is (RFC 9110, section 9.3.2).
    private func index(of method: HTTPRequest.Method, at node: Int) -> Int? {
        let candidates = nodes[node].endpoints
        return candidates.first { $0.method == method }?.index
            ?? (method == .head ? candidates.first { $0.method == .get }?.index : nil)
    }

    private func collectEnds(
        from node: Int,
        _ segments: ArraySlice<Substring>,
        _ values: [Substring],
        into ends: inout [(node: Int, values: [Substring])]
    ) {
        guard let segment = segments.first else {
            if !nodes[node].endpoints.isEmpty { ends.append((node, values)) }
            return
        }
        if let literal = nodes[node].literals.first(where: { $0.segment == segment }) {
            collectEnds(from: literal.node, segments.dropFirst(), values, into: &ends)
        }
        if let parameter = nodes[node].parameter, !segment.isEmpty {
            collectEnds(from: parameter, segments.dropFirst(), values + [segment], into: &ends)
        }
    }

    private static func listing(_ methods: [HTTPRequest.Method]) -> [HTTPRequest.Method] {
        let all = methods.contains(.get) ? methods + [.head] : methods
        return Set(all).sorted { $0.rawValue < $1.rawValue }
    }
}
