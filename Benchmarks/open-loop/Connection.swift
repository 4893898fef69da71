import NIOCore

/// One connection with at most one request in flight. It reads only the status and the end of a response, and relies on
/// the Content-Length that the measured servers send with each.
final class Connection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private unowned let generator: Generator
    private var context: ChannelHandlerContext?
    private var answer: [UInt8] = []
    /// When the request in flight was due.
    private var due: NIODeadline?

    init(generator: Generator) {
        self.generator = generator
    }

    func channelActive(context: ChannelHandlerContext) {
        self.context = context
        generator.connected(self)
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.context = nil
        generator.disconnected(wasBusy: due != nil)
        due = nil
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func send(_ request: [UInt8], due: NIODeadline) {
        guard let context else { return generator.disconnected(wasBusy: true) }
        self.due = due
        context.writeAndFlush(wrapOutboundOut(context.channel.allocator.buffer(bytes: request)), promise: nil)
    }

    func close() {
        context?.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        answer += buffer.readBytes(length: buffer.readableBytes) ?? []
        guard let headEnd = end(of: Self.blankLine), answer.count >= headEnd + contentLength(before: headEnd) else {
            return
        }
        guard let due else { return context.close(promise: nil) }
        let status = answer.count > 12 ? Self.number(answer[9..<12]) : 0
        answer.removeAll(keepingCapacity: true)
        self.due = nil
        generator.answered(self, status: status, due: due)
    }

    private static let blankLine = Array("\r\n\r\n".utf8)
    private static let contentLength = Array("\r\ncontent-length:".utf8)

    /// Where the first occurrence of the lowercase pattern ends in the bytes received so far.
    private func end(of pattern: [UInt8]) -> Int? {
        guard answer.count >= pattern.count else { return nil }
        let last = answer.count - pattern.count
        search: for start in 0...last {
            for offset in 0..<pattern.count where Self.lowercased(answer[start + offset]) != pattern[offset] {
                continue search
            }
            return start + pattern.count
        }
        return nil
    }

    private func contentLength(before headEnd: Int) -> Int {
        guard let start = end(of: Self.contentLength), start < headEnd else { return 0 }
        return Self.number(answer[start..<headEnd].drop { $0 == UInt8(ascii: " ") })
    }

    /// The decimal number that begins there.
    private static func number(_ bytes: ArraySlice<UInt8>) -> Int {
        bytes.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            .reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}
