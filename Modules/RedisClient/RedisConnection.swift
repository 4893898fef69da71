import CHiredis
import Glibc

/// One hiredis context: bytes out, replies in; it decides nothing. Its `deinit` frees the context and closes the socket.
///
/// `@unchecked Sendable`: the connecting thread makes it and hands it over once; after that only the reactor's thread
/// uses it.
final class RedisConnection: @unchecked Sendable {
    /// The result of an attempt to write the pending bytes.
    enum WriteProgress {
        case done
        /// The socket accepts no more for now.
        case blocked
        case failed(reason: String)
    }

    private let context: UnsafeMutablePointer<redisContext>

    var descriptor: CInt { context.pointee.fd }

    private init(context: UnsafeMutablePointer<redisContext>) {
        self.context = context
    }

    deinit { redisFree(context) }

    /// Resolves and connects. Blocks: not for the reactor's thread.
    static func open(_ configuration: RedisConfiguration) throws(RedisError) -> RedisConnection {
        let (seconds, attoseconds) = configuration.connectTimeout.components
        let timeout = timeval(tv_sec: Int(seconds), tv_usec: Int(attoseconds / 1_000_000_000_000))
        let context =
            switch configuration.address {
            case .tcp(let host, let port): redisConnectWithTimeout(host, CInt(port), timeout)
            case .unix(let path): redisConnectUnixWithTimeout(path, timeout)
            }
        guard let context else { throw .connectFailed(reason: "out of memory") }
        let connection = RedisConnection(context: context)
        guard context.pointee.err == 0 else { throw .connectFailed(reason: connection.failure) }
        // Best effort: it only matters when a peer vanishes while the connection is idle.
        if case .tcp = configuration.address { redisEnableKeepAlive(context) }
        // hiredis supports a connect timeout in blocking mode only. From here on nothing may block.
        let flags = fcntl(context.pointee.fd, F_GETFL)
        guard flags >= 0, fcntl(context.pointee.fd, F_SETFL, flags | O_NONBLOCK) >= 0 else {
            throw .connectFailed(reason: "fcntl: errno \(errno)")
        }
        context.pointee.flags &= ~REDIS_BLOCK
        return connection
    }

    /// Blocks SIGPIPE on this thread, so that a write to a socket whose peer is gone fails instead of killing the process:
    /// hiredis writes without `MSG_NOSIGNAL`. The signal stays pending, which is harmless.
    static func blockBrokenPipeSignal() {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }

    /// Appends a command to the output buffer.
    func append(_ command: RedisCommand) {
        let count = command.ends.count
        command.bytes.withUnsafeBytes { bytes in
            withUnsafeTemporaryAllocation(of: UnsafePointer<CChar>?.self, capacity: count) { pointers in
                withUnsafeTemporaryAllocation(of: Int.self, capacity: count) { lengths in
                    var start = 0
                    for (index, end) in command.ends.enumerated() {
                        // The empty argument of an empty command has no address and needs none.
                        let address = bytes.baseAddress.map { $0 + start }
                        pointers.initializeElement(at: index, to: address?.assumingMemoryBound(to: CChar.self))
                        lengths.initializeElement(at: index, to: end - start)
                        start = end
                    }
                    appendArguments(count: count, pointers: pointers, lengths: lengths)
                }
            }
        }
    }

    private func appendArguments(
        count: Int, pointers: UnsafeMutableBufferPointer<UnsafePointer<CChar>?>,
        lengths: UnsafeMutableBufferPointer<Int>
    ) {
        lengths.withMemoryRebound(to: size_t.self) { lengths in
            // Fails only when memory runs out; the context keeps the error, and the next write reports it.
            _ = redisAppendCommandArgv(context, CInt(count), pointers.baseAddress, lengths.baseAddress)
        }
    }

    /// Writes as much as the socket accepts.
    func write() -> WriteProgress {
        var done: CInt = 0
        guard context.pointee.err == 0, redisBufferWrite(context, &done) == REDIS_OK else {
            return .failed(reason: failure)
        }
        return done == 1 ? .done : .blocked
    }

    /// Reads what has arrived, 16 KiB at most.
    /// - Returns: why the connection is broken, or nil.
    func read() -> String? {
        redisBufferRead(context) == REDIS_OK ? nil : failure
    }

    /// The next complete reply in the input, or nil.
    func nextReply() throws(RedisError) -> RedisValue? {
        var reply: UnsafeMutableRawPointer?
        guard redisGetReplyFromReader(context, &reply) == REDIS_OK else {
            throw .connectionLost(reason: failure)
        }
        guard let reply else { return nil }
        defer { freeReplyObject(reply) }
        return RedisValue(copying: reply.assumingMemoryBound(to: redisReply.self).pointee)
    }

    private var failure: String {
        withUnsafeBytes(of: context.pointee.errstr) { text in
            String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}

extension RedisValue {
    /// Copies a reply of hiredis, so that no pointer leaves the connection.
    init(copying reply: redisReply) {
        switch reply.type {
        case REDIS_REPLY_STRING: self = .bytes(Self.bytes(of: reply))
        case REDIS_REPLY_INTEGER: self = .integer(reply.integer)
        case REDIS_REPLY_STATUS: self = .status(String(decoding: Self.bytes(of: reply), as: UTF8.self))
        case REDIS_REPLY_ERROR: self = .error(String(decoding: Self.bytes(of: reply), as: UTF8.self))
        case REDIS_REPLY_ARRAY:
            let elements = UnsafeBufferPointer(start: reply.element, count: reply.elements)
            self = .array(elements.map { $0.map { RedisValue(copying: $0.pointee) } ?? .null })
        default: self = .null
        }
    }

    private static func bytes(of reply: redisReply) -> [UInt8] {
        Array(UnsafeRawBufferPointer(start: reply.str, count: reply.len))
    }
}
