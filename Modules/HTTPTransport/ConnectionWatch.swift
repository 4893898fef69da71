import Metrics
import NIOCore

/// What is looked at each tick. Lives on an event loop.
protocol Watched: AnyObject {
    func check(_ now: NIODeadline)
    /// Whether an answer is still on its way to the socket.
    var isSending: Bool { get }
}

/// The first handler of a connection: knows when its first byte and each head's first byte came, and closes it when
/// nothing, or not a whole head, comes in time.
final class ConnectionWatch: ChannelInboundHandler, Watched {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private enum Stage {
        /// Between requests.
        case idle
        /// A head has begun, or a handshake.
        case head
        /// A request is there: `worker` looks after the time.
        case working
        /// Our side is closed. What still comes is dropped: to close with bytes unread would make the kernel take back
        /// what was said last.
        case lingering
    }

    /// What serves the connection when a request is there.
    weak var worker: (any Watched)?
    /// Whether any byte between requests is the begin of a head, as it is but in HTTP/2.
    var headsBeginWithAnyByte = true
    private let service: ConnectionService
    private var stage = Stage.idle
    private var deadline: NIODeadline = .distantFuture
    private var context: ChannelHandlerContext?

    init(service: ConnectionService) {
        self.service = service
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        service.watch(self)
        becameIdle()
    }

    func handlerRemoved(context _: ChannelHandlerContext) {
        service.unwatch(self)
        context = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        service.unwatch(self)
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard stage != .lingering else { return }
        if stage == .idle, headsBeginWithAnyByte {
            stage = .head
            deadline = .now() + TimeAmount(service.limits.headTime)
        }
        context.fireChannelRead(data)
    }

    /// Closes our side now and the other when the caller does, or soon.
    func linger() {
        guard stage != .lingering else { return }
        stage = .lingering
        deadline = .now() + TimeAmount(service.limits.lingerTime)
        context?.channel.close(mode: .output, promise: nil)
    }

    func becameIdle() {
        guard stage != .lingering else { return }
        stage = .idle
        deadline = .now() + TimeAmount(service.limits.idleTime)
    }

    func becameBusy() {
        guard stage != .lingering else { return }
        stage = .working
    }

    var isSending: Bool { worker?.isSending ?? false }

    func check(_ now: NIODeadline) {
        if stage == .working || stage != .lingering && isSending {
            worker?.check(now)
        } else if now >= deadline {
            if stage == .head { service.metrics.slowHeads.increment() }
            context?.close(promise: nil)
        }
    }
}
