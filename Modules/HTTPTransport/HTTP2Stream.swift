import HTTPCore
import HTTPTypes
import Metrics
import NIOCore
import NIOHTTPTypes

/// One request of HTTP/2 on its stream: gives the stream's events to `RequestIntake` and carries out the actions that
/// come back.
final class HTTP2Stream: ChannelDuplexHandler, ResponseWriter, OpenHTTP2Stream {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = Never
    typealias OutboundIn = Never
    typealias OutboundOut = HTTPResponsePart

    private let registry: HTTP2StreamRegistry
    private let service: ConnectionService
    private var context: ChannelHandlerContext?
    private var intake: RequestIntake
    private var exchange: Exchange?
    private var needsFlush = false
    /// When the current read began.
    private var readStart: NIODeadline
    /// Bytes of the answer that have left the stream.
    private var sentBytes = 0
    /// Bytes and ends of the answer that were given to the stream and are not known to have left.
    private var unsentWrites = 0

    init(registry: HTTP2StreamRegistry) {
        self.registry = registry
        service = registry.service
        readStart = .now()
        intake = RequestIntake(.stream, service.streamLimits, now: readStart)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        registry.opened(self)
    }

    func handlerRemoved(context _: ChannelHandlerContext) {
        context = nil
        registry.closed(self)
    }

    // MARK: Events

    func channelRead(context _: ChannelHandlerContext, data: NIOAny) {
        if !intake.isInRead { readStart = .now() }
        switch unwrapInboundIn(data) {
        case .head(let head): run(intake.received(.head(IncomingHead(request: head)), now: readStart))
        case .body(let piece): run(intake.received(.body(piece), now: readStart))
        case .end: run(intake.received(.end, now: readStart))
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        run(intake.readCompleted(now: readStart))
        if needsFlush {
            needsFlush = false
            context.flush()
        }
    }

    func read(context: ChannelHandlerContext) {
        if intake.readRequested() { context.read() }
    }

    func errorCaught(context _: ChannelHandlerContext, error _: any Error) {
        // An invalid request resets its stream (RFC 9113, section 8.1.1).
        perform(intake.close())
    }

    func channelInactive(context: ChannelHandlerContext) {
        leave(cancels: false)
        registry.closed(self)
        context.fireChannelInactive()
    }

    func cancel() { leave(cancels: true) }

    private func leave(cancels: Bool) {
        _ = intake.close()
        abandonExchange(cancels: cancels)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { exchange?.writerBecameWritable() }
        context.fireChannelWritabilityChanged()
    }

    func checkTime(_ now: NIODeadline) {
        let timeout = intake.checkTime(
            now, unsent: unsentWrites, sent: sentBytes, handlerTime: exchange?.handlerTime ?? .zero)
        switch timeout {
        case .none: break
        case .answerOverdue: exchange?.answerOverdue()
        case .closeSlowBody, .closeSlowReader, .close:
            service.metrics.count(timeout)
            close()
        }
    }

    // MARK: Actions

    private func run(_ action: IntakeAction?) {
        guard let action else { return }
        perform(action)
        while let action = intake.next(now: readStart) { perform(action) }
        resumeRead()
    }

    private func resumeRead() {
        if intake.readResumed() { context?.read() }
    }

    private func perform(_ action: IntakeAction) {
        switch action {
        case .begin(let request): begin(request)
        case .deliver(let piece): exchange?.append(piece)
        case .endBody: exchange?.endBody()
        case .sendContinue:
            write(.head(HTTPResponse(status: .continue)), 0)
            flushSoon()
        // A stream has one request, and its frames are requests or errors.
        case .none, .becomeIdle: break
        case .rejectMalformed, .closeOutput, .closeWhenSent, .close: close()
        }
    }

    private func begin(_ request: IntakeRequest) {
        guard let context else { return }
        let exchange = Exchange(request.head, writer: self, service: service, eventLoop: context.eventLoop)
        self.exchange = exchange
        exchange.begin(request, isLoopback: registry.isLoopback)
    }

    private func close() {
        abandonExchange(cancels: false)
        context?.close(promise: nil)
    }

    private func abandonExchange(cancels: Bool) {
        let exchange = exchange
        self.exchange = nil
        exchange?.abandon(cancels: cancels)
    }

    // MARK: Answers

    var isWritable: Bool { context?.channel.isWritable ?? false }

    func send(_ answer: APIResponse) {
        writeHead(answer, length: answer.body?.readableBytes ?? 0)
        if let body = answer.body, body.readableBytes > 0 { write(.body(body), body.readableBytes) }
        sendEnd()
    }

    func sendHead(_ answer: APIResponse) {
        _ = intake.responseStarted(hasLength: answer.headers[.contentLength] != nil)
        writeHead(answer, length: nil)
        flushSoon()
    }

    func sendPiece(_ piece: ByteBuffer) {
        write(.body(piece), piece.readableBytes)
        flushSoon()
    }

    func sendEnd() {
        exchange = nil
        perform(intake.responseEnded(now: readStart))
        write(.end(nil), 1)
        flushSoon()
        resumeRead()
    }

    func abort() {
        exchange = nil
        perform(intake.close())
    }

    func bodyRequested() {
        perform(intake.bodyRequested())
        resumeRead()
    }

    func bodyTaken() { intake.bodyTaken() }

    // MARK: Writing

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
        unsentWrites += 1
        let box = NIOLoopBound(self, eventLoop: context.eventLoop)
        context.write(wrapOutboundOut(part)).whenComplete { _ in
            box.value.unsentWrites -= 1
            box.value.sentBytes &+= bytes
        }
    }

    private func flushSoon() {
        if intake.isInRead { needsFlush = true } else { context?.flush() }
    }
}
