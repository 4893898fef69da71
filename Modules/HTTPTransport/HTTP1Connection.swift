import HTTPCore
import HTTPTypes
import Metrics
import NIOCore
import NIOHTTP1

/// One connection of HTTP/1.1 (RFC 9112) on its event loop: gives its events to `RequestIntake` and carries out the
/// actions that come back.
///
/// A request that came whole in one read is answered before the next one. All answers of one read leave with one flush.
final class HTTP1Connection: ChannelDuplexHandler, ResponseWriter, TimeoutChecking {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = Never
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let service: ConnectionService
    private let timeouts: ConnectionTimeoutHandler
    private let isLoopback: Bool
    private let output = HTTP1Output()
    private var intake: RequestIntake
    /// The current request.
    private var exchange: Exchange?
    /// When the current read began.
    private var readStart: NIODeadline
    /// Done when our side is closed and the socket has taken all answers.
    private var outputEnd: EventLoopFuture<Void>?

    init(service: ConnectionService, timeouts: ConnectionTimeoutHandler, isLoopback: Bool) {
        self.service = service
        self.timeouts = timeouts
        self.isLoopback = isLoopback
        readStart = .now()
        intake = RequestIntake(.connection, service.connectionLimits, now: readStart)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        output.context = context
        intake.writabilityChanged(context.channel.isWritable)
        timeouts.worker = self
    }

    func handlerRemoved(context _: ChannelHandlerContext) { output.context = nil }

    // MARK: Events

    func channelRead(context _: ChannelHandlerContext, data: NIOAny) {
        if !intake.isInRead {
            readStart = .now()
            output.delaysFlushes = true
        }
        switch unwrapInboundIn(data) {
        case .head(let head): run(intake.received(.head(IncomingHead(head)), now: readStart), readStart)
        case .body(let piece): run(intake.received(.body(piece), now: readStart), readStart)
        case .end: run(intake.received(.end, now: readStart), readStart)
        }
    }

    func channelReadComplete(context _: ChannelHandlerContext) {
        output.delaysFlushes = false
        run(intake.readCompleted(now: readStart), readStart)
        output.flushIfNeeded()
    }

    func read(context: ChannelHandlerContext) {
        if intake.readRequested() { context.read() }
    }

    func errorCaught(context _: ChannelHandlerContext, error: any Error) {
        let now = now
        if error is HTTPParserError {
            run(intake.receivedMalformed(now: now), now)
        } else {
            perform(intake.close(), now)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        let now = now
        switch event {
        case ChannelEvent.inputClosed: run(intake.inputClosed(now: now), now)
        case is ChannelShouldQuiesceEvent: perform(intake.quiesce(now: now), now)
        case is ServerStopEvent:
            abandonExchange(cancels: true)
            perform(intake.close(), now)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        _ = intake.close()
        abandonExchange(cancels: false)
        context.fireChannelInactive()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        intake.writabilityChanged(context.channel.isWritable)
        if context.channel.isWritable {
            exchange?.writerBecameWritable()
            resume(now)
        }
        context.fireChannelWritabilityChanged()
    }

    func checkTime(_ now: NIODeadline) {
        let unsent = output.unsentBytes
        let timeout = intake.checkTime(
            now, unsent: unsent, sent: output.sentBytes(unsent: unsent), handlerTime: exchange?.handlerTime ?? .zero)
        switch timeout {
        case .none: break
        case .answerOverdue: exchange?.answerOverdue()
        case .closeSlowBody, .closeSlowReader, .close:
            service.metrics.count(timeout)
            close()
        }
    }

    // MARK: Actions

    private var context: ChannelHandlerContext? { output.context }

    /// All that happens in one read happens at its beginning.
    private var now: NIODeadline { intake.isInRead ? readStart : .now() }

    private func run(_ action: IntakeAction?, _ now: NIODeadline) {
        guard let action else { return }
        perform(action, now)
        performRest(now)
    }

    private func resume(_ now: NIODeadline) {
        if intake.resume() { performRest(now) }
    }

    private func performRest(_ now: NIODeadline) {
        while let action = intake.next(now: now) { perform(action, now) }
        resumeRead()
    }

    private func resumeRead() {
        if intake.readResumed() { context?.read() }
    }

    private func perform(_ action: IntakeAction, _ now: NIODeadline) {
        switch action {
        case .none: break
        case .begin(let request): begin(request)
        case .deliver(let piece): exchange?.append(piece)
        case .endBody: exchange?.endBody()
        case .sendContinue: output.writeContinue()
        case .rejectMalformed:
            abandonExchange(cancels: false)
            send(service.rejectMalformed())
        case .becomeIdle: timeouts.becameIdle(now: now)
        case .closeOutput: closeOutput()
        case .closeWhenSent: closeWhenSent()
        case .close: close()
        }
    }

    private func begin(_ request: IntakeRequest) {
        guard let context else { return }
        timeouts.becameBusy()
        let exchange = Exchange(request.head, writer: self, service: service, eventLoop: context.eventLoop)
        self.exchange = exchange
        exchange.begin(request, isLoopback: isLoopback)
    }

    private func closeOutput() {
        guard let context else { return }
        timeouts.becameBusy()
        output.flush()
        // The client reads the end and closes its side; `TransportLimits.lingerTime` ends the wait for it.
        let end = context.eventLoop.makePromise(of: Void.self)
        outputEnd = end.futureResult
        context.close(mode: .output, promise: end)
        resumeRead()
    }

    /// To close at once would drop what the socket has not taken.
    private func closeWhenSent() {
        guard let context else { return }
        output.flush()
        guard output.unsentBytes > 0 else { return perform(intake.outputSent(), now) }
        timeouts.becameBusy()
        let sent = outputEnd ?? context.writeAndFlush(wrapOutboundOut(ByteBuffer()))
        let connection = NIOLoopBound(self, eventLoop: context.eventLoop)
        sent.whenComplete { _ in
            let connection = connection.value
            connection.perform(connection.intake.outputSent(), connection.now)
        }
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

    var isSending: Bool { output.unsentBytes > 0 }

    var isWritable: Bool { context?.channel.isWritable ?? false }

    func send(_ answer: APIResponse) {
        output.writeAnswer(answer, connection: connectionHeader, date: service.date)
        responseEnded()
    }

    func sendHead(_ answer: APIResponse) {
        let isChunked = intake.responseStarted(hasLength: answer.headers[.contentLength] != nil)
        output.writeHead(answer, isChunked: isChunked, connection: connectionHeader, date: service.date)
    }

    func sendPiece(_ piece: ByteBuffer) { output.writePiece(piece) }

    func sendEnd() {
        output.writeEnd()
        responseEnded()
    }

    private var connectionHeader: String? {
        intake.isPersistent ? (intake.isHTTP10 ? "keep-alive" : nil) : "close"
    }

    func abort() {
        exchange = nil
        perform(intake.close(), now)
    }

    func bodyRequested() {
        perform(intake.bodyRequested(), now)
        resumeRead()
    }

    func bodyTaken() { intake.bodyTaken() }

    private func responseEnded() {
        let now = now
        exchange = nil
        output.flushSoon()
        perform(intake.responseEnded(now: now), now)
        resume(now)
    }
}
