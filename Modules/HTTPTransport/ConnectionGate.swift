import Logging
import Metrics
import NIOCore
import Synchronization

/// On the listening socket: counts the connections, closes the newest when there are too many, and rests when the system
/// has no descriptor left, where to try again at once would only keep a core busy.
final class ConnectionGate: ChannelDuplexHandler {
    typealias InboundIn = any Channel
    typealias InboundOut = any Channel
    typealias OutboundIn = Never
    typealias OutboundOut = Never

    /// How long accepting rests after it has failed.
    private static let rest = TimeAmount.milliseconds(100)
    /// From one line in the log to the next.
    private static let quietTime = TimeAmount.seconds(10)

    private let limit: Int
    private let metrics: TransportMetrics
    private let logger: Logger
    private let open = OpenConnections()
    private var isResting = false
    private var lastLine: NIODeadline?

    init(limit: Int, metrics: TransportMetrics, logger: Logger) {
        self.limit = limit
        self.metrics = metrics
        self.logger = logger
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let channel = unwrapInboundIn(data)
        guard open.count < limit else {
            metrics.refusedConnections.increment()
            log("a connection was refused: too many are open", ["limit": "\(limit)"])
            channel.close(promise: nil)
            return
        }
        open.change(by: 1, metrics)
        // On whatever loop it ends: this one may be gone then.
        channel.closeFuture.whenComplete { [open, metrics] _ in open.change(by: -1, metrics) }
        context.fireChannelRead(data)
    }

    func read(context: ChannelHandlerContext) {
        if !isResting { context.read() }
    }

    /// Goes no further: to Hummingbird's server any error here is the end of listening.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        log("a connection could not be accepted", ["cause": "\(error)"])
        guard !isResting else { return }
        isResting = true
        let box = NIOLoopBound((gate: self, context: context), eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: Self.rest) {
            let (gate, context) = box.value
            gate.isResting = false
            // Also when nobody asked: after a failure the socket is not looked at until somebody does.
            context.read()
        }
    }

    private func log(_ text: Logger.Message, _ metadata: Logger.Metadata) {
        let now = NIODeadline.now()
        if let lastLine, now < lastLine + Self.quietTime { return }
        lastLine = now
        logger.warning(text, metadata: metadata)
    }
}

/// How many connections are open.
private final class OpenConnections: Sendable {
    private let value = Atomic<Int>(0)

    var count: Int { value.load(ordering: .relaxed) }

    func change(by change: Int, _ metrics: TransportMetrics) {
        metrics.openConnections.record(value.wrappingAdd(change, ordering: .relaxed).newValue)
    }
}
