import Logging
import Metrics
import NIOCore
import NIOHTTP2
import NIOHTTPTypesHTTP2
import NIOSSL

/// One connection of HTTP/2 (RFC 9113) behind NIO's own handlers: knows its streams, and when there is none.
final class HTTP2Connection: ChannelInboundHandler, Watched {
    typealias InboundIn = HTTP2Frame

    let service: ConnectionService
    let isLoopback: Bool
    private let watch: ConnectionWatch
    private var streams: [ObjectIdentifier: HTTP2Stream] = [:]
    /// The caller broke the rules; GOAWAY is said.
    private var isAtFault = false
    private var context: ChannelHandlerContext?

    init(service: ConnectionService, watch: ConnectionWatch, isLoopback: Bool) {
        self.service = service
        self.watch = watch
        self.isLoopback = isLoopback
    }

    /// Puts the handlers behind those of TLS.
    static func configure(
        _ channel: any Channel, service: ConnectionService, watch: ConnectionWatch, isLoopback: Bool,
        highestHeaderBytes: Int
    ) throws {
        let eventLoop = channel.eventLoop
        let connection = HTTP2Connection(service: service, watch: watch, isLoopback: isLoopback)
        let box = NIOLoopBound(connection, eventLoop: eventLoop)
        // At the server's end it says GOAWAY and closes when the last stream is answered. Idle time is the watch's.
        let ending = NIOHTTP2ServerConnectionManagementHandler(
            eventLoop: eventLoop,
            configuration: .init(maxIdleTime: nil, maxAge: nil, maxGraceTime: nil, keepalive: nil))
        let pipeline = channel.pipeline.syncOperations
        _ = try pipeline.configureHTTP2Pipeline(
            mode: .server,
            connectionConfiguration: connectionSettings(service.limits, highestHeaderBytes),
            streamConfiguration: streamSettings(service.limits),
            streamDelegate: ending.http2StreamDelegate
        ) { stream in
            stream.eventLoop.makeCompletedFuture {
                let handler = HTTP2Stream(connection: box.value, eventLoop: stream.eventLoop)
                try stream.pipeline.syncOperations.addHandler(HTTP2FramePayloadToHTTPServerCodec())
                try stream.pipeline.syncOperations.addHandler(handler)
            }
        }
        try pipeline.addHandler(ending)
        try pipeline.addHandler(connection)
        watch.headsBeginWithAnyByte = false
        watch.becameIdle()
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

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        watch.worker = self
    }

    func handlerRemoved(context _: ChannelHandlerContext) { context = nil }

    func streamOpened(_ stream: HTTP2Stream) {
        if streams.isEmpty { watch.becameBusy() }
        streams[ObjectIdentifier(stream)] = stream
    }

    func streamClosed(_ stream: HTTP2Stream) {
        guard streams.removeValue(forKey: ObjectIdentifier(stream)) != nil, streams.isEmpty else { return }
        watch.becameIdle()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ServerEnds:
            for stream in Array(streams.values) { stream.abandon() }
            context.close(promise: nil)
        case ChannelEvent.inputClosed:
            context.close(promise: nil)
        default:
            context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A fault of one stream ends that stream alone. For the others NIO has said GOAWAY.
        guard !(error is NIOHTTP2Errors.StreamError) else { return }
        // The line broke, or the caller left without a word.
        guard !(error is NIOSSLError), !(error is IOError) else { return context.close(promise: nil) }
        guard !isAtFault else { return }
        isAtFault = true
        service.metrics.protocolFaults.increment()
        service.logger.info("connection was not HTTP/2", metadata: ["cause": "\(error)"])
        watch.linger()
    }

    // MARK: Time

    var isSending: Bool { false }

    func check(_ now: NIODeadline) {
        for stream in Array(streams.values) { stream.check(now) }
    }
}
