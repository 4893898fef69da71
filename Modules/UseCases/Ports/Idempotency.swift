/// Identifies a request that its caller may retry, by the idempotency key that the caller chose.
public struct RequestKey: Hashable, Sendable {
    /// The caller's actor. Two callers may use the same key.
    public let caller: String
    /// 1 ... 255 visible ASCII characters.
    public let key: String
    /// A hash of the whole request: the same key with a different request is refused.
    public let requestHash: [UInt8]

    public init(caller: String, key: String, requestHash: [UInt8]) {
        self.caller = caller
        self.key = key
        self.requestHash = requestHash
    }
}

/// A stored response, for retries of the request.
public struct KeptAnswer: Hashable, Sendable {
    /// The HTTP status code.
    public let status: Int
    /// The rest of the response, encoded by the HTTP layer; opaque to stores.
    public let bytes: [UInt8]

    public init(status: Int, bytes: [UInt8]) {
        self.status = status
        self.bytes = bytes
    }
}

/// What a store needs to carry out a request exactly once: it looks up the key under its locks, and saves the response
/// in the same transaction as the effect.
///
/// The store throws `ServiceFailure.replayed` if the request was answered before, and `.keyReused` if the key belongs
/// to a different request.
public struct Once<Value: Sendable>: Sendable {
    public let key: RequestKey
    /// The response to store; nil for a failure that the caller may retry under the same key.
    public let answer: @Sendable (Result<Value, ServiceFailure>) -> KeptAnswer?

    public init(key: RequestKey, answer: @escaping @Sendable (Result<Value, ServiceFailure>) -> KeptAnswer?) {
        self.key = key
        self.answer = answer
    }
}
