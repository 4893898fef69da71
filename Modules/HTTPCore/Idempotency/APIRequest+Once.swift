import HTTPTypes
package import UseCases

extension APIRequest {
    /// The idempotency key and how to render the response that the store keeps under it; nil without a key.
    /// - Parameter render: the response to a success, the same as the handler's; nil for a result that is not kept.
    @inlinable
    package func once<Value: Sendable>(_ render: @escaping @Sendable (Value) -> APIResponse?) -> Once<Value>? {
        once(under: key, render)
    }

    /// The same for a key that is known only after the body has been read.
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
    /// Whether the response is kept for retries under the same key. A stock decision is kept; an invalid request or a
    /// server error is not, because a retry may succeed.
    fileprivate var isKept: Bool {
        self == .insufficientStock || (status == .conflict && self != .idempotencyInProgress)
    }
}
