/// A command and its arguments, each of any bytes.
///
/// All arguments lie in one buffer, so that a command of hundreds of them costs two allocations, and a length goes with
/// each: nothing is ever formatted or ends at a NUL.
public struct RedisCommand: Sendable {
    private(set) var bytes: [UInt8] = []
    /// Where each argument ends in `bytes`.
    private(set) var ends: [Int] = []

    /// - Parameters:
    ///   - name: the command's name, for example `GET`.
    ///   - argumentCount: how many arguments will be appended, as far as is known.
    ///   - byteCount: how many bytes they will have, as far as is known.
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

    /// Appends one argument, which the closure puts behind the bytes that are there.
    public mutating func append(_ write: (inout [UInt8]) -> Void) {
        write(&bytes)
        ends.append(bytes.count)
    }

    public mutating func append(_ number: Int) {
        append(String(number))
    }

    /// Appends the arguments of `other`, the name being number 0, from number `first` on.
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
    /// `["SET", "key", "value"]`. An empty literal is answered by the server with an error.
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
