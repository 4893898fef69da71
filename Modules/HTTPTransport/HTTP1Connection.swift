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

    enum Phase {
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
    enum Item {
        case part(HTTPServerRequestPart)
        case notHTTP
        /// The caller sends no more.
        case end
    }

    let service: ConnectionService
    let limits: TransportLimits
    let isLoopback: Bool
    var context: ChannelHandlerContext?
    var phase = Phase.idle
    var exchange: Exchange?
    var waiting = Deque<Item>()
    /// Requests in `waiting`.
    var waitingRequests = 0
    var isDraining = false
    /// Whether the connection can be used again after the present request.
    var isPersistent = true
    var isHTTP10 = false
    /// Whether the answer under way is in chunks.
    var isChunked = false
    /// Between the first part of a read and its end: what is written is flushed then.
    var isReading = false
    var needsFlush = false
    /// The caller has closed its side.
    var hasInputEnded = false
    /// Our side is closed, or will be when the socket has taken what was written.
    var outputEnd: EventLoopFuture<Void>?
    /// A read that the channel wants and that is held back.
    var heldRead = false
    let watch: ConnectionWatch
    /// When the present phase began.
    var phaseStart = NIODeadline.now()
    var bodyPace = TransferRate(.now())
    var bodyBytes = 0
    var answerPace = TransferRate(.now())
    var writtenBytes = 0

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
        beginGathered()
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

    var mayRead: Bool {
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

    func readOn() {
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
        case ChannelEvent.inputClosed:
            hasInputEnded = true
            take(.end)
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
}
