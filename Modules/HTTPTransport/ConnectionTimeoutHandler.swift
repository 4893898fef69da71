import Metrics
import NIOCore

/// The first handler of a connection: closes it when nothing, or not a whole head, comes in time (`IdleTimer`).
final class ConnectionTimeoutHandler: ChannelInboundHandler, TimeoutChecking {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    /// Serves the connection, and checks the time limits of its requests.
    weak var worker: (any TimeoutChecking)?
    private let service: ConnectionService
    private var timer: IdleTimer
    private var context: ChannelHandlerContext?

    init(service: ConnectionService) {
        self.service = service
        timer = IdleTimer(service.idleLimits, now: .now())
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        service.addTimeouts(of: self)
    }

    func handlerRemoved(context _: ChannelHandlerContext) {
        service.removeTimeouts(of: self)
        context = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        service.removeTimeouts(of: self)
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !timer.isLingering else { return }
        if timer.awaitsHead { timer.headBegan(now: .now()) }
        context.fireChannelRead(data)
    }

    /// Closes our side now and the other when the client does, or soon.
    func linger() {
        guard !timer.isLingering else { return }
        timer.linger(now: .now())
        context?.channel.close(mode: .output, promise: nil)
    }

    func becameIdle(now: NIODeadline) { timer.becameIdle(now: now) }

    func becameBusy() { timer.becameBusy() }

    /// From now on HTTP/2 is spoken, where a byte need not begin a head.
    func becameHTTP2() { timer.bytesBeginHeads = false }

    var isSending: Bool { worker?.isSending ?? false }

    func checkTime(_ now: NIODeadline) {
        switch timer.checkTime(now, isSending: isSending) {
        case .none: break
        case .checkRequests: worker?.checkTime(now)
        case .closeSlowHead:
            service.metrics.slowHeads.increment()
            context?.close(promise: nil)
        case .close: context?.close(promise: nil)
        }
    }
}
