/// A Lua script that the server runs as one step. Sent by its digest; the text only travels when the server asks for it.
public struct RedisScript: Sendable {
    public let source: String
    /// The SHA-1 of the source in lowercase hex, which is how `EVALSHA` names it.
    public let digest: String

    /// Make it once (a `static let`): the digest is computed here.
    public init(_ source: String) {
        self.source = source
        digest = SHA1.hexDigest(of: source.utf8)
    }

    /// A call, to which the keys and then the arguments are appended, `keyCount` of them being keys.
    public func call(keyCount: Int, argumentCount: Int = 0, byteCount: Int = 0) -> RedisCommand {
        var command = RedisCommand(
            "EVALSHA", argumentCount: 2 + keyCount + argumentCount, byteCount: 64 + byteCount)
        command.append(digest)
        command.append(keyCount)
        return command
    }
}

extension RedisCommand {
    /// Makes the server remember a script without running it.
    static func load(_ script: RedisScript) -> RedisCommand {
        ["SCRIPT", "LOAD", .text(script.source)]
    }

    /// The same call with the script's text instead of its digest.
    func evaluating(_ script: RedisScript) -> RedisCommand {
        var command = RedisCommand("EVAL", argumentCount: ends.count, byteCount: bytes.count + script.source.utf8.count)
        command.append(script.source)
        command.appendArguments(of: self, from: 2)
        return command
    }
}
