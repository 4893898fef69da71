import HTTPCore
import HTTPTypes
import Metrics
import NIOCore
import NIOHTTPTypes

/// One request of HTTP/2 on its stream.
///
/// As on `HTTP1Connection`: what came whole at once is answered at once, and the rest of a longer body is pulled.
final class HTTP2Stream: ChannelDuplexHandler, AnswerSink {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = Never
    typealias OutboundIn = Never
    typealias OutboundOut = HTTPResponsePart

    private enum Phase {
        case waiting
        case gathering(HTTPRequest, ByteBuffer?)
        case receiving
        case answering
        /// The answer is sent; the rest of the body is dropped.
        case dropping(bytes: Int)
        /// Request and answer are whole; the answer is on its way.
        case done
    }

    private let connection: HTTP2Connection
    private let service: ConnectionService
    private var phase = Phase.waiting
    private var exchange: Exchange?
    private var context: ChannelHandlerContext?
    private var isReading = false
    private var needsFlush = false
    private var heldRead = false
    private var phaseStart = NIODeadline.now()
    private var bodyPace = TransferRate(.now())
    private var bodyBytes = 0
    private var answerPace = TransferRate(.now())
    private var takenBytes = 0
    /// Bytes and ends of the answer that were given to the stream and are not known to have left.
    private var waitingWrites = 0

    init(connection: HTTP2Connection, eventLoop _: any EventLoop) {
        self.connection = connection
        service = connection.service
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        connection.streamOpened(self)
    }

    func handlerRemoved(context _: ChannelHandlerContext) {
        context = nil
        connection.streamClosed(self)
    }

    func channelInactive(context: ChannelHandlerContext) {
        leave(cancels: false)
        connection.streamClosed(self)
        context.fireChannelInactive()
    }

    /// The server ends.
    func abandon() {
        leave(cancels: true)
    }

    private func leave(cancels: Bool) {
        phase = .done
        let exchange = exchange
        self.exchange = nil
        exchange?.abandon(cancels: cancels)
    }

    // MARK: Reading

    func channelRead(context _: ChannelHandlerContext, data: NIOAny) {
        isReading = true
        switch (phase, unwrapInboundIn(data)) {
        case (.waiting, .head(let head)):
            phase = .gathering(head, nil)
        case (.gathering(let head, let bytes), .body(let piece)):
            var all = bytes ?? piece
            if bytes != nil { all.writeImmutableBuffer(piece) }
            phase = .gathering(head, all)
        case (.gathering(let head, let bytes), .end):
            phase = .answering
            begin(head, bytes, isWhole: true)
        case (.receiving, .body(let piece)):
            bodyBytes &+= piece.readableBytes
            exchange?.append(piece)
        case (.receiving, .end):
            phase = .answering
            exchange?.endBody()
        case (.dropping(let bytes), .body(let piece)):
            bodyBytes &+= piece.readableBytes
            phase = .dropping(bytes: bytes + piece.readableBytes)
            if bytes > service.limits.droppedBytes { context?.close(promise: nil) }
        case (.dropping, .end):
            phase = .done
        default: break
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        isReading = false
        if case .gathering(let head, let bytes) = phase {
            phase = .receiving
            begin(head, bytes, isWhole: false)
        }
        if needsFlush {
            needsFlush = false
            context.flush()
        }
    }

    func read(context: ChannelHandlerContext) {
        if case .receiving = phase, !(exchange?.wantsBody ?? true) {
            heldRead = true
        } else {
            context.read()
        }
    }

    func wantBody() {
        guard heldRead else { return }
        heldRead = false
        context?.read()
    }

    func errorCaught(context: ChannelHandlerContext, error _: any Error) {
        // What is not a request resets its stream (RFC 9113, section 8.1.1).
        context.close(promise: nil)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { exchange?.sinkBecameWritable() }
        context.fireChannelWritabilityChanged()
    }

    private func begin(_ head: HTTPRequest, _ bytes: ByteBuffer?, isWhole: Bool) {
        guard let context else { return }
        let now = NIODeadline.now()
        phaseStart = now
        bodyPace.restart(now, at: bodyBytes)
        let exchange = Exchange(head, sink: self, service: service, eventLoop: context.eventLoop)
        self.exchange = exchange
        exchange.begin(
            bytes, isWhole: isWhole, isLocal: connection.isLoopback && !head.headerFields.comeFromProxy)
    }

    // MARK: Time

    func check(_ now: NIODeadline) {
        let limits = service.limits
        if waitingWrites == 0 {
            answerPace.restart(now, at: takenBytes)
        } else if answerPace.isTooSlow(now, count: takenBytes, bytes: 1, in: TimeAmount(limits.rateWindow)) {
            service.metrics.slowReaders.increment()
            context?.close(promise: nil)
            return
        }
        switch phase {
        case .receiving, .dropping:
            if heldRead { bodyPace.restart(now, at: bodyBytes) }
            let isSlow = bodyPace.isTooSlow(
                now, count: bodyBytes, bytes: limits.bodyBytesPerWindow, in: TimeAmount(limits.rateWindow))
            guard isSlow || now >= phaseStart + TimeAmount(limits.bodyTime) else { return }
            service.metrics.slowBodies.increment()
            context?.close(promise: nil)
        case .answering where exchange?.isLate(now) ?? false:
            exchange?.answerLate()
        case .waiting, .gathering, .answering, .done: break
        }
    }

    // MARK: Answers

    var isWritable: Bool { context?.channel.isWritable ?? false }

    func send(_ answer: APIResponse) {
        writeHead(answer, length: answer.body?.readableBytes ?? 0)
        if let body = answer.body, body.readableBytes > 0 { write(.body(body), body.readableBytes) }
        sendEnd()
    }

    func sendHead(_ answer: APIResponse) {
        writeHead(answer, length: nil)
        flushSoon()
    }

    func sendPiece(_ piece: ByteBuffer) {
        write(.body(piece), piece.readableBytes)
        flushSoon()
    }

    func sendEnd() {
        exchange = nil
        if case .answering = phase { phase = .done } else { phase = .dropping(bytes: 0) }
        write(.end(nil), 1)
        flushSoon()
        wantBody()
    }

    func sendContinue() {
        write(.head(HTTPResponse(status: .continue)), 0)
        flushSoon()
    }

    func cut() {
        exchange = nil
        context?.close(promise: nil)
    }

    private func writeHead(_ answer: APIResponse, length: Int?) {
        var head = HTTPResponse(status: answer.status, headerFields: answer.headers)
        if let length, head.headerFields[.contentLength] == nil, answer.status.mayHaveBody {
            head.headerFields[.contentLength] = String(length)
        }
        head.headerFields[.date] = service.date
        write(.head(head), 0)
    }

    private func write(_ part: HTTPResponsePart, _ bytes: Int) {
        guard let context else { return }
        guard bytes > 0 else { return context.write(wrapOutboundOut(part), promise: nil) }
        // A stream's window may be shut while the socket is not: only the promise tells that bytes have left.
        waitingWrites += 1
        let box = NIOLoopBound(self, eventLoop: context.eventLoop)
        context.write(wrapOutboundOut(part)).whenComplete { _ in
            box.value.waitingWrites -= 1
            box.value.takenBytes &+= bytes
        }
    }

    private func flushSoon() {
        if isReading { needsFlush = true } else { context?.flush() }
    }
}
