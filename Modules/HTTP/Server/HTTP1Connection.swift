import DequeModule
import HTTPTypes
import Logging
import Metrics
import NIOCore
import NIOHTTP1

/// One connection of HTTP/1.1 (RFC 9112): its requests one after the other, on its event loop.
///
/// A request that came whole in one read is answered without another look at the socket. Of one that did not, the
/// handler reads the rest as it comes (`ArrivingBody`). Requests that follow without waiting lie in `waiting` until it
/// is their turn; the socket is not read meanwhile. All answers of one read leave with one flush.
final class HTTP1Connection: ChannelDuplexHandler, AnswerSink, Watched {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = Never
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum Phase {
        /// Between requests.
        case idle
        /// The head is here; the body may still come whole in this read.
        case gathering(HTTPRequest, ByteBuffer?)
        /// Begun; the body still arrives.
        case receiving
        /// The request is whole, its answer is not.
        case answering
        /// The answer is sent; the rest of the body is dropped, so that the connection can be used again.
        case dropping(bytes: Int)
        /// The last answer is sent and our side is closed. What still comes is dropped: to close with bytes unread
        /// would make the kernel take back the answer.
        case lingering
        case closed
    }

    /// What the decoder gave and is not looked at yet.
    private enum Item {
        case part(HTTPServerRequestPart)
        case notHTTP
        /// The caller sends no more.
        case end
    }

    private let service: ConnectionService
    private let limits: TransportLimits
    private let isLoopback: Bool
    private var context: ChannelHandlerContext?
    private var phase = Phase.idle
    private var exchange: Exchange?
    private var waiting = Deque<Item>()
    /// Requests in `waiting`.
    private var waitingRequests = 0
    private var isDraining = false
    /// Whether the connection can be used again after the present request.
    private var isPersistent = true
    private var isHTTP10 = false
    /// Whether the answer under way is in chunks.
    private var isChunked = false
    /// Between the first part of a read and its end: what is written is flushed then.
    private var isReading = false
    private var needsFlush = false
    /// A read that the channel wants and that is held back.
    private var heldRead = false
    private let watch: ConnectionWatch
    /// When the present phase began.
    private var phaseStart = NIODeadline.now()
    private var bodyPace = Pace(.now())
    private var bodyBytes = 0
    private var answerPace = Pace(.now())
    private var writtenBytes = 0

    init(service: ConnectionService, watch: ConnectionWatch, isLoopback: Bool) {
        self.service = service
        self.watch = watch
        limits = service.limits
        self.isLoopback = isLoopback
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        watch.worker = self
    }

    func handlerRemoved(context _: ChannelHandlerContext) { context = nil }

    // MARK: Reading

    func channelRead(context _: ChannelHandlerContext, data: NIOAny) {
        isReading = true
        take(.part(unwrapInboundIn(data)))
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
        guard mayRead else {
            heldRead = true
            return
        }
        context.read()
    }

    private var mayRead: Bool {
        switch phase {
        case .idle, .answering: waiting.isEmpty
        case .gathering, .dropping, .lingering: true
        case .receiving: exchange?.wantsBody ?? true
        case .closed: false
        }
    }

    func wantBody() {
        readOn()
    }

    private func readOn() {
        guard heldRead, mayRead else { return }
        heldRead = false
        context?.read()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if error is HTTPParserError {
            take(.notHTTP)
        } else {
            context.close(promise: nil)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed: take(.end)
        case is ChannelShouldQuiesceEvent: quiesce()
        case is ServerEnds:
            exchange?.abandon(cancels: true)
            close()
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        phase = .closed
        waiting.removeAll()
        let exchange = exchange
        self.exchange = nil
        exchange?.abandon(cancels: false)
        context.fireChannelInactive()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            exchange?.sinkBecameWritable()
            drain()
        }
        context.fireChannelWritabilityChanged()
    }

    // MARK: Requests

    private func take(_ item: Item) {
        if waiting.isEmpty, !isDraining, canProcess(item) {
            isDraining = true
            process(item)
            isDraining = false
            drain()
            return
        }
        if case .part(.head) = item {
            waitingRequests += 1
            guard waitingRequests <= limits.pipelinedRequests else {
                // The ones before it are answered; this one and what follows are not.
                waiting.append(.end)
                return
            }
        }
        if waitingRequests <= limits.pipelinedRequests { waiting.append(item) }
    }

    private func drain() {
        guard !isDraining else { return }
        isDraining = true
        while let item = waiting.first, canProcess(item) {
            waiting.removeFirst()
            if case .part(.head) = item { waitingRequests -= 1 }
            process(item)
        }
        isDraining = false
        readOn()
    }

    private func canProcess(_ item: Item) -> Bool {
        switch phase {
        // A caller that does not read its answers gets no more of them made.
        case .idle: context?.channel.isWritable ?? true
        case .gathering, .receiving, .dropping, .lingering, .closed: true
        case .answering: false
        }
    }

    private func process(_ item: Item) {
        switch (phase, item) {
        case (.lingering, .end): close()
        case (.lingering, _), (.closed, _), (.answering, _): break
        case (.idle, .end): close()
        case (.idle, .part(.head(let head))): receive(head)
        case (.gathering(let head, let bytes), .part(.body(let piece))):
            gather(head, bytes, piece)
        case (.gathering(let head, let bytes), .part(.end)):
            phase = .answering
            begin(head, bytes, isWhole: true)
        case (.receiving, .part(.body(let piece))):
            countBody(piece)
            exchange?.append(piece)
        case (.receiving, .part(.end)):
            phase = .answering
            exchange?.endBody()
        case (.dropping(let bytes), .part(.body(let piece))):
            countBody(piece)
            let bytes = bytes + piece.readableBytes
            phase = .dropping(bytes: bytes)
            if bytes > limits.droppedBytes { close() }
        case (.dropping, .part(.end)): becomeIdle()
        case (.dropping, .notHTTP), (.dropping, .end): close()
        case (.idle, .notHTTP), (.gathering, .notHTTP), (.gathering, .end): refuseNonsense()
        case (.receiving, .notHTTP), (.receiving, .end):
            // The handler hears of it, and then there is nothing to answer but that.
            let exchange = exchange
            self.exchange = nil
            exchange?.abandon(cancels: false)
            refuseNonsense()
        case (.idle, .part), (.gathering, .part(.head)), (.receiving, .part(.head)), (.dropping, .part(.head)):
            assertionFailure("the decoder gives a head, the body and an end")
            close()
        }
    }

    private func receive(_ head: HTTPRequestHead) {
        isHTTP10 = head.version == .http1_0
        // After these the decoder reads no further.
        isPersistent =
            isPersistent && head.isKeepAlive && head.method != .CONNECT && !head.headers.contains(name: "upgrade")
        guard let request = HTTPRequest(head) else { return refuseNonsense() }
        watch.becameBusy()
        phase = .gathering(request, nil)
    }

    private func countBody(_ piece: ByteBuffer) {
        bodyBytes &+= piece.readableBytes
    }

    private func gather(_ head: HTTPRequest, _ bytes: ByteBuffer?, _ piece: ByteBuffer) {
        var all = bytes ?? ByteBuffer()
        if bytes == nil { all = piece } else { all.writeImmutableBuffer(piece) }
        guard all.readableBytes > ArrivingBody.highestWaitingBytes else {
            phase = .gathering(head, all)
            return
        }
        phase = .receiving
        begin(head, all, isWhole: false)
    }

    private func begin(_ head: HTTPRequest, _ bytes: ByteBuffer?, isWhole: Bool) {
        guard let context else { return }
        let now = NIODeadline.now()
        phaseStart = now
        if !isWhole { bodyPace.restart(now, at: bodyBytes) }
        let exchange = Exchange(head, sink: self, service: service, eventLoop: context.eventLoop)
        self.exchange = exchange
        // A proxy on this machine speaks for others: it says so, or it must be told what it may pass on.
        exchange.begin(bytes, isWhole: isWhole, isLocal: isLoopback && !head.headerFields.comeFromProxy)
    }

    private func becomeIdle() {
        guard isPersistent else { return close() }
        phase = .idle
        watch.becameIdle()
    }

    private func quiesce() {
        isPersistent = false
        switch phase {
        case .idle, .dropping, .gathering: close()
        case .receiving, .answering, .lingering, .closed: break
        }
    }

    // MARK: Time

    func check(_ now: NIODeadline) {
        guard !isAnswerSlow(now) else {
            service.metrics.slowReaders.increment()
            return close()
        }
        switch phase {
        case .receiving, .dropping:
            if !mayRead || heldRead { bodyPace.restart(now, at: bodyBytes) }
            let isSlow = bodyPace.isTooSlow(
                now, count: bodyBytes, bytes: limits.bodyBytesPerWindow, in: TimeAmount(limits.rateWindow))
            guard isSlow || now >= phaseStart + TimeAmount(limits.bodyTime) else { return }
            service.metrics.slowBodies.increment()
            close()
        case .answering where exchange?.isLate(now) ?? false:
            isPersistent = false
            exchange?.answerLate()
        case .lingering where now >= phaseStart + TimeAmount(limits.lingerTime) && waitingBytes == 0:
            close()
        case .idle, .gathering, .answering, .lingering, .closed: break
        }
    }

    var isSending: Bool { waitingBytes > 0 }

    /// Of answers, given to the channel and not yet taken by the socket.
    private var waitingBytes: Int {
        (try? context?.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }

    private func isAnswerSlow(_ now: NIODeadline) -> Bool {
        let waiting = waitingBytes
        let sent = writtenBytes - waiting
        guard waiting > 0 else {
            answerPace.restart(now, at: sent)
            return false
        }
        return answerPace.isTooSlow(
            now, count: sent, bytes: min(limits.answerBytesPerWindow, waiting), in: TimeAmount(limits.rateWindow))
    }

    // MARK: Answers

    var isWritable: Bool { context?.channel.isWritable ?? false }

    func send(_ answer: APIResponse) {
        writeHead(answer, length: answer.body?.readableBytes ?? 0, body: answer.body)
        answered()
    }

    func sendHead(_ answer: APIResponse) {
        isChunked = answer.headers[.contentLength] == nil && !isHTTP10
        if !isChunked, isHTTP10, answer.headers[.contentLength] == nil { isPersistent = false }
        writeHead(answer, length: nil, body: nil)
        flushSoon()
    }

    func sendPiece(_ piece: ByteBuffer) {
        guard isChunked else { return writeAndFlushSoon(piece) }
        write(ByteBuffer(string: String(piece.readableBytes, radix: 16) + "\r\n"))
        write(piece)
        writeAndFlushSoon(ByteBuffer(string: "\r\n"))
    }

    func sendEnd() {
        if isChunked { write(ByteBuffer(string: "0\r\n\r\n")) }
        answered()
    }

    func sendContinue() {
        writeAndFlushSoon(ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n"))
    }

    func cut() {
        exchange = nil
        close()
    }

    private func writeHead(_ answer: APIResponse, length: Int?, body: ByteBuffer?) {
        guard let context else { return }
        let small = (body?.readableBytes ?? 0) <= HTTP1Encoder.highestCopiedBytes
        var buffer = context.channel.allocator.buffer(capacity: 512 + (small ? body?.readableBytes ?? 0 : 0))
        HTTP1Encoder.write(
            answer, length: length, isChunked: length == nil && isChunked, date: service.date,
            connection: isPersistent ? (isHTTP10 ? "keep-alive" : nil) : "close", to: &buffer)
        if let body, small { buffer.writeImmutableBuffer(body) }
        write(buffer)
        if let body, !small { write(body) }
    }

    /// The answer is sent, to its end.
    private func answered() {
        exchange = nil
        switch phase {
        case .answering where isPersistent:
            becomeIdle()
            flushSoon()
            drain()
        case .receiving where isPersistent:
            phase = .dropping(bytes: 0)
            flushSoon()
            readOn()
        default: linger()
        }
    }

    private func refuseNonsense() {
        isPersistent = false
        let nothing = HTTPRequest(method: .get, scheme: nil, authority: nil, path: nil)
        let answer = service.pipeline.refusal(
            Problem(.malformedRequest, "The request is not valid HTTP."), to: nothing)
        let requestID = answer.headers[.requestID] ?? ""
        service.logger.info(
            "request was not HTTP",
            metadata: ["request_id": "\(requestID)", "trace_id": "\(TraceID.of([:]))", "status": "400"])
        send(answer)
    }

    private func linger() {
        guard let context else { return }
        phase = .lingering
        phaseStart = .now()
        watch.becameBusy()
        waiting.removeAll()
        needsFlush = false
        context.flush()
        // The caller, who reads that this was all, closes its side; `TransportLimits.linger` ends the wait for it.
        context.close(mode: .output, promise: nil)
        readOn()
    }

    private func close() {
        phase = .closed
        waiting.removeAll()
        let exchange = exchange
        self.exchange = nil
        exchange?.abandon(cancels: false)
        context?.close(promise: nil)
    }

    // MARK: Writing

    private func write(_ bytes: ByteBuffer) {
        writtenBytes &+= bytes.readableBytes
        context?.write(wrapOutboundOut(bytes), promise: nil)
    }

    private func writeAndFlushSoon(_ bytes: ByteBuffer) {
        write(bytes)
        flushSoon()
    }

    private func flushSoon() {
        if isReading { needsFlush = true } else { context?.flush() }
    }
}
