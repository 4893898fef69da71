import Logging
import Metrics
import NIOCore
import NIOHTTP2
import NIOHTTPTypesHTTP2
import NIOSSL

/// One connection of HTTP/2 (RFC 9113) behind NIO's own handlers.
final class HTTP2Connection: ChannelInboundHandler, TimeoutChecking {
    typealias InboundIn = HTTP2Frame

    private let service: ConnectionService
    private let timeouts: ConnectionTimeoutHandler
    private let streams: HTTP2StreamRegistry
    /// The client broke the protocol, and GOAWAY is sent.
    private var isAtFault = false

    private init(_ streams: HTTP2StreamRegistry, timeouts: ConnectionTimeoutHandler) {
        self.streams = streams
        self.timeouts = timeouts
        service = streams.service
    }

    /// Adds the handlers behind those of TLS.
    static func configure(
        _ channel: any Channel, service: ConnectionService, timeouts: ConnectionTimeoutHandler, isLoopback: Bool,
        highestHeaderBytes: Int
    ) throws {
        let eventLoop = channel.eventLoop
        let streams = HTTP2StreamRegistry(service: service, timeouts: timeouts, isLoopback: isLoopback)
        let box = NIOLoopBound(streams, eventLoop: eventLoop)
        // When the server begins to stop, this handler sends GOAWAY, and closes after the last answer. The idle time is
        // left to `ConnectionTimeoutHandler`.
        let management = NIOHTTP2ServerConnectionManagementHandler(
            eventLoop: eventLoop,
            configuration: .init(maxIdleTime: nil, maxAge: nil, maxGraceTime: nil, keepalive: nil))
        let pipeline = channel.pipeline.syncOperations
        _ = try pipeline.configureHTTP2Pipeline(
            mode: .server,
            connectionConfiguration: connectionSettings(service.limits, highestHeaderBytes),
            streamConfiguration: streamSettings(service.limits),
            streamDelegate: management.http2StreamDelegate
        ) { stream in
            stream.eventLoop.makeCompletedFuture {
                let handler = HTTP2Stream(registry: box.value)
                try stream.pipeline.syncOperations.addHandler(HTTP2FramePayloadToHTTPServerCodec())
                try stream.pipeline.syncOperations.addHandler(handler)
            }
        }
        try pipeline.addHandler(management)
        try pipeline.addHandler(HTTP2Connection(streams, timeouts: timeouts))
        timeouts.becameHTTP2()
        timeouts.becameIdle(now: .now())
    }

    private static func connectionSettings(
        _ limits: TransportLimits, _ highestHeaderBytes: Int
    ) -> NIOHTTP2Handler.ConnectionConfiguration {
        var settings = NIOHTTP2Handler.ConnectionConfiguration()
        settings.initialSettings = [
            HTTP2Setting(parameter: .maxConcurrentStreams, value: limits.streams),
            HTTP2Setting(parameter: .maxHeaderListSize, value: highestHeaderBytes),
            HTTP2Setting(parameter: .initialWindowSize, value: limits.windowBytes - 1),
        ]
        settings.maximumSequentialContinuationFrames = limits.continuations
        settings.maximumBufferedControlFrames = limits.waitingControlFrames
        settings.controlFrameRateLimit.maximumCount = limits.controlFrames
        return settings
    }

    private static func streamSettings(_ limits: TransportLimits) -> NIOHTTP2Handler.StreamConfiguration {
        var settings = NIOHTTP2Handler.StreamConfiguration()
        settings.targetWindowSize = limits.windowBytes - 1
        settings.outboundBufferSizeHighWatermark = 64 << 10
        settings.outboundBufferSizeLowWatermark = 32 << 10
        settings.streamResetFrameRateLimit.maximumCount = limits.resets
        settings.streamErrorRateLimit.maximumCount = limits.resets
        return settings
    }

    func handlerAdded(context _: ChannelHandlerContext) {
        timeouts.worker = self
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ServerStopEvent:
            streams.cancelAll()
            context.close(promise: nil)
        case ChannelEvent.inputClosed:
            context.close(promise: nil)
        default:
            context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // The fault of one stream ends that stream alone. After any other fault NIO has sent GOAWAY.
        guard !(error is NIOHTTP2Errors.StreamError) else { return }
        // The network failed, or the client left without notice.
        guard !(error is NIOSSLError), !(error is IOError) else { return context.close(promise: nil) }
        guard !isAtFault else { return }
        isAtFault = true
        service.metrics.protocolFaults.increment()
        service.logger.info("connection was not HTTP/2", metadata: ["cause": "\(error)"])
        timeouts.linger()
    }

    // MARK: Time

    var isSending: Bool { false }

    func checkTime(_ now: NIODeadline) { streams.checkTime(now) }
}
