/// A command and its arguments, each of any bytes.
///
/// All arguments share one buffer, so that a command with hundreds of them costs two allocations. Each has a length:
/// nothing is formatted, and a NUL ends nothing.
public struct RedisCommand: Sendable {
    private(set) var bytes: [UInt8] = []
    /// Where each argument ends in `bytes`.
    private(set) var ends: [Int] = []

    /// - Parameters:
    ///   - name: the command's name, for example `GET`.
    ///   - argumentCount: how many arguments will be appended; an estimate will do.
    ///   - byteCount: how many bytes they will have; an estimate will do.
    public init(_ name: String, argumentCount: Int = 0, byteCount: Int = 0) {
        ends.reserveCapacity(argumentCount + 1)
        bytes.reserveCapacity(byteCount + name.utf8.count)
        append(name)
    }

    public mutating func append(_ text: String) {
        bytes.append(contentsOf: text.utf8)
        ends.append(bytes.count)
    }

    public mutating func append(_ data: [UInt8]) {
        bytes.append(contentsOf: data)
        ends.append(bytes.count)
    }

    /// Appends one argument made of two parts, such as a key's prefix and its name.
    public mutating func append(_ prefix: String, _ rest: String) {
        bytes.append(contentsOf: prefix.utf8)
        append(rest)
    }

    /// Appends one argument: the bytes that the closure appends.
    public mutating func append(_ write: (inout [UInt8]) -> Void) {
        write(&bytes)
        ends.append(bytes.count)
    }

    public mutating func append(_ number: Int) {
        append(String(number))
    }

    /// Appends the arguments of `other` from number `first` on; number 0 is its name.
    mutating func appendArguments(of other: RedisCommand, from first: Int) {
        for index in first..<other.ends.count {
            bytes.append(contentsOf: other.bytes[other.ends[index - 1]..<other.ends[index]])
            ends.append(bytes.count)
        }
    }

    mutating func append(_ argument: RedisArgument) {
        switch argument {
        case .text(let text): append(text)
        case .bytes(let data): append(data)
        }
    }
}

extension RedisCommand: ExpressibleByArrayLiteral {
    /// `["SET", "key", "value"]`. The server answers an empty literal with an error.
    public init(arrayLiteral elements: RedisArgument...) {
        for element in elements { append(element) }
    }
}

/// One argument of a command.
public enum RedisArgument: Hashable, Sendable, ExpressibleByStringLiteral {
    case text(String)
    case bytes([UInt8])

    public init(stringLiteral value: String) {
        self = .text(value)
    }
}
