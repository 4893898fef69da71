import Logging
import Metrics
import NIOCore
import Synchronization

/// On the listening socket: counts the connections, closes the newest when there are too many, and pauses when the system
/// has no descriptor left, since to accept again at once would only keep a core busy.
final class ConnectionGate: ChannelDuplexHandler {
    typealias InboundIn = any Channel
    typealias InboundOut = any Channel
    typealias OutboundIn = Never
    typealias OutboundOut = Never

    /// How long accepting pauses after a failure.
    private static let pause = TimeAmount.milliseconds(100)
    /// The shortest time between two lines in the log.
    private static let logInterval = TimeAmount.seconds(10)

    private let limit: Int
    private let metrics: TransportMetrics
    private let logger: Logger
    private let open = OpenConnections()
    private var isPaused = false
    private var lastLogLine: NIODeadline?

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
        // It may end on another loop, after this handler is gone.
        channel.closeFuture.whenComplete { [open, metrics] _ in open.change(by: -1, metrics) }
        context.fireChannelRead(data)
    }

    func read(context: ChannelHandlerContext) {
        if !isPaused { context.read() }
    }

    /// Does not pass the error on: Hummingbird's server would stop listening.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        log("a connection could not be accepted", ["cause": "\(error)"])
        guard !isPaused else { return }
        isPaused = true
        let box = NIOLoopBound((gate: self, context: context), eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: Self.pause) {
            let (gate, context) = box.value
            gate.isPaused = false
            // In any case: after a failure NIO does not look at the socket before the next read.
            context.read()
        }
    }

    private func log(_ text: Logger.Message, _ metadata: Logger.Metadata) {
        let now = NIODeadline.now()
        if let lastLogLine, now < lastLogLine + Self.logInterval { return }
        lastLogLine = now
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
