import HTTPCore
import NIOCore

/// What one connection of HTTP/1.1 writes. Lives on its event loop.
final class HTTP1Output {
    var context: ChannelHandlerContext?
    /// Whether flushes wait for `flushIfNeeded`, so that all answers of one read leave together.
    var delaysFlushes = false
    private var needsFlush = false
    private var isChunked = false
    private var writtenBytes = 0

    // MARK: Answers

    /// - Parameter connection: the value of the `Connection` header, if there is to be one.
    func writeAnswer(_ answer: APIResponse, connection: String?, date: String) {
        let body = answer.body
        let length = body?.readableBytes ?? 0
        isChunked = false
        guard let body, length > HTTP1Encoder.highestCopiedBytes else {
            return writeHead(answer, length: length, copying: body, connection, date)
        }
        writeHead(answer, length: length, copying: nil, connection, date)
        write(body)
    }

    /// The body follows in pieces.
    func writeHead(_ answer: APIResponse, isChunked: Bool, connection: String?, date: String) {
        self.isChunked = isChunked
        writeHead(answer, length: nil, copying: nil, connection, date)
        flushSoon()
    }

    func writePiece(_ piece: ByteBuffer) {
        guard isChunked else { return writeAndFlush(piece) }
        write(ByteBuffer(string: String(piece.readableBytes, radix: 16) + "\r\n"))
        write(piece)
        writeAndFlush(ByteBuffer(string: "\r\n"))
    }

    func writeEnd() {
        if isChunked { write(ByteBuffer(string: "0\r\n\r\n")) }
    }

    func writeContinue() {
        writeAndFlush(ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n"))
    }

    private func writeHead(
        _ answer: APIResponse, length: Int?, copying body: ByteBuffer?, _ connection: String?, _ date: String
    ) {
        guard let context else { return }
        var buffer = context.channel.allocator.buffer(capacity: 512 + (body?.readableBytes ?? 0))
        HTTP1Encoder.write(
            answer, length: length, isChunked: isChunked, date: date, connection: connection, to: &buffer)
        if let body { buffer.writeImmutableBuffer(body) }
        write(buffer)
    }

    // MARK: The socket

    /// Bytes that were written and that the socket has not taken.
    var unsentBytes: Int {
        (try? context?.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }

    /// Bytes that the socket has taken, given those that it has not.
    func sentBytes(unsent: Int) -> Int { writtenBytes - unsent }

    func flushSoon() {
        if delaysFlushes { needsFlush = true } else { context?.flush() }
    }

    func flushIfNeeded() {
        if needsFlush { flush() }
    }

    func flush() {
        needsFlush = false
        context?.flush()
    }

    private func write(_ bytes: ByteBuffer) {
        writtenBytes &+= bytes.readableBytes
        context?.write(NIOAny(bytes), promise: nil)
    }

    private func writeAndFlush(_ bytes: ByteBuffer) {
        write(bytes)
        flushSoon()
    }
}
