/// A reply of the server, copied out of hiredis' memory.
public enum RedisValue: Hashable, Sendable {
    /// Nil: no such key, or a condition that did not hold.
    case null
    case integer(Int64)
    /// A short text without line breaks, such as `OK`.
    case status(String)
    /// Any bytes, NUL and line breaks included.
    case bytes([UInt8])
    case array([RedisValue])
    /// An error inside an array. A command that fails as a whole throws ``RedisError/server(message:)`` instead.
    case error(String)
}

extension RedisValue {
    /// The bytes of a bulk string, nil for anything else.
    public var bytes: [UInt8]? {
        if case .bytes(let bytes) = self { bytes } else { nil }
    }

    /// The number of an integer reply, nil for anything else.
    public var integer: Int64? {
        if case .integer(let integer) = self { integer } else { nil }
    }

    /// The elements of an array, nil for anything else.
    public var array: [RedisValue]? {
        if case .array(let elements) = self { elements } else { nil }
    }
}
