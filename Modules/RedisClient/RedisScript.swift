import Synchronization

/// A Lua script that the server runs as one step. Make it once, as a `static let`.
///
/// `EVALSHA` names a script by the SHA-1 of its text. This module does not compute it: the first reply to `SCRIPT LOAD`
/// tells it. It depends on the text alone, so it is kept for good and holds for every server, also after a restart.
public final class RedisScript: Sendable {
    /// The bytes of the SHA-1 in lowercase hex.
    private final class Digest: Sendable {
        let bytes: [UInt8]
        init(_ bytes: [UInt8]) { self.bytes = bytes }
    }

    private static let digestLength = 40

    public let source: String
    private let loaded = AtomicLazyReference<Digest>()

    public init(_ source: String) {
        self.source = source
    }

    /// The name that `EVALSHA` takes; nil until a server has told it.
    var digest: [UInt8]? { loaded.load()?.bytes }

    /// Keeps the digest from a reply to ``RedisCommand/load(_:)``. Any other reply changes nothing: calls then carry the
    /// script's text.
    func remember(_ reply: RedisValue) {
        guard let bytes = reply.bytes, bytes.count == Self.digestLength else { return }
        _ = loaded.storeIfNil(Digest(bytes))
    }

    /// A call, to which the keys and then the arguments are appended, `keyCount` of them being keys. It carries the
    /// digest, or the script's text as long as no server has told the digest.
    public func call(keyCount: Int, argumentCount: Int = 0, byteCount: Int = 0) -> RedisCommand {
        let digest = digest
        var command = RedisCommand(
            digest == nil ? "EVAL" : "EVALSHA", argumentCount: 2 + keyCount + argumentCount,
            byteCount: 24 + (digest?.count ?? source.utf8.count) + byteCount)
        if let digest { command.append(digest) } else { command.append(source) }
        command.append(keyCount)
        return command
    }
}

extension RedisCommand {
    /// Makes the server keep a script without running it. The server replies with the script's digest.
    static func load(_ script: RedisScript) -> RedisCommand {
        ["SCRIPT", "LOAD", .text(script.source)]
    }

    /// The same call with the script's text instead of its digest. The server keeps the script when it runs it.
    func evaluating(_ script: RedisScript) -> RedisCommand {
        var command = RedisCommand("EVAL", argumentCount: ends.count, byteCount: bytes.count + script.source.utf8.count)
        command.append(script.source)
        command.appendArguments(of: self, from: 2)
        return command
    }
}
