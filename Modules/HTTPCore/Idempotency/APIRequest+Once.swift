import HTTPTypes
package import UseCases

extension APIRequest {
    /// What makes it safe to ask again, for the store; nil when the caller gave no key.
    /// - Parameter render: the answer to a success, the same as the handler gives; nil for what is no success.
    @inlinable
    package func once<Value: Sendable>(_ render: @escaping @Sendable (Value) -> APIResponse?) -> Once<Value>? {
        once(under: key, render)
    }

    /// The same for a key that was known only when the body had been read.
    @inlinable
    package func once<Value: Sendable>(
        under key: RequestKey?, _ render: @escaping @Sendable (Value) -> APIResponse?
    ) -> Once<Value>? {
        guard let key else { return nil }
        let requestID = requestID
        return Once(key: key) { result in
            switch result {
            case .success(let value): return render(value).map { KeptAnswer($0) }
            case .failure(let failure): return Self.keptAnswer(failure, requestID: requestID)
            }
        }
    }

    /// The answer to keep of a failure; nil when the request may be tried again.
    @usableFromInline
    static func keptAnswer(_ failure: ServiceFailure, requestID: String) -> KeptAnswer? {
        let problem = Problem(failure)
        return problem.code.isKept ? KeptAnswer(problem.response(requestID: requestID)) : nil
    }
}

extension ProblemCode {
    /// Whether the answer stays the same when the request is sent again under its key: what the rules decided. What was
    /// wrong with the request itself, or with us, may be mended.
    fileprivate var isKept: Bool {
        self == .insufficientStock || (status == .conflict && self != .idempotencyInProgress)
    }
}
