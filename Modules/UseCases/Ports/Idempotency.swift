/// A request that its caller may send again, by the key that the caller gave it.
public struct RequestKey: Hashable, Sendable {
    /// Whose key it is. Two callers may use the same words.
    public let caller: String
    /// 1 ... 255 visible ASCII characters.
    public let key: String
    /// Of all that the request says: the same key with another request is refused.
    public let requestHash: [UInt8]

    public init(caller: String, key: String, requestHash: [UInt8]) {
        self.caller = caller
        self.key = key
        self.requestHash = requestHash
    }
}

/// An answer as it is kept, for whoever sends the request again.
public struct KeptAnswer: Hashable, Sendable {
    /// Of HTTP.
    public let status: Int
    /// All else of the answer: the border's affair, stores only keep it.
    public let bytes: [UInt8]

    public init(status: Int, bytes: [UInt8]) {
        self.status = status
        self.bytes = bytes
    }
}

/// What a store needs to give a request its effect once: it looks for the key under its locks, and writes the answer in
/// the transaction of the effect.
///
/// A request that was answered before throws `ServiceFailure.replayed`; one with another's key `.keyReused`.
public struct Once<Value: Sendable>: Sendable {
    public let key: RequestKey
    /// The answer to keep; nil for a failure that may be tried again under the same key.
    public let answer: @Sendable (Result<Value, ServiceFailure>) -> KeptAnswer?

    public init(key: RequestKey, answer: @escaping @Sendable (Result<Value, ServiceFailure>) -> KeptAnswer?) {
        self.key = key
        self.answer = answer
    }
}
