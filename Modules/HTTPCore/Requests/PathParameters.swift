/// The decoded values of a path's parameters.
package struct PathParameters: Sendable {
    private let pairs: [(name: String, value: String)]

    package init(_ pairs: [(name: String, value: String)] = []) {
        self.pairs = pairs
    }

    /// - Precondition: the route's template names the parameter.
    package subscript(name: String) -> String {
        guard let pair = pairs.first(where: { $0.name == name }) else {
            preconditionFailure("the route has no parameter \(name)")
        }
        return pair.value
    }
}
