import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOSSL
import NIOTLS

/// Makes an accepted socket a connection of the API: what Hummingbird's server asks for each one.
struct ConnectionSetup: ServerChildChannel {
    /// What Hummingbird's server keeps of a connection until it is closed.
    struct Connection: ServerChildChannelValue {
        let channel: any Channel
    }

    /// By event loop.
    let services: [ObjectIdentifier: NIOLoopBound<ConnectionService>]
    let headers: NIOHTTPDecoderLimitConfiguration
    /// Nil: plain HTTP/1.1.
    let certificate: TLSCertificate?

    func setup(channel: any Channel, logger _: Logger) -> EventLoopFuture<Connection> {
        channel.eventLoop.makeCompletedFuture {
            guard let service = services[ObjectIdentifier(channel.eventLoop)]?.value else {
                throw ChannelError.operationUnsupported
            }
            let watch = ConnectionWatch(service: service)
            try channel.pipeline.syncOperations.addHandler(watch)
            if let certificate {
                try configureTLS(channel, certificate, service, watch)
            } else {
                try configureHTTP1(channel, service, watch)
            }
            return Connection(channel: channel)
        }
    }

    /// HTTP/2 where the caller offers it, else HTTP/1.1 (RFC 7301).
    private func configureTLS(
        _ channel: any Channel, _ certificate: TLSCertificate, _ service: ConnectionService, _ watch: ConnectionWatch
    ) throws {
        let ending = HandshakeEnding()
        let parts = NIOLoopBound((service, watch, ending), eventLoop: channel.eventLoop)
        let negotiation = ApplicationProtocolNegotiationHandler { result, channel in
            channel.eventLoop.makeCompletedFuture {
                let (service, watch, ending) = parts.value
                watch.becameIdle()
                channel.pipeline.syncOperations.removeHandler(ending, promise: nil)
                guard case .negotiated("h2") = result else {
                    return try configureHTTP1(channel, service, watch)
                }
                try HTTP2Connection.configure(
                    channel, service: service, watch: watch, isLoopback: channel.isLoopback,
                    highestHeaderBytes: headers.maxHeaderListSize)
            }
        }
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(NIOSSLServerHandler(context: certificate.context))
        try pipeline.addHandler(negotiation)
        try pipeline.addHandler(ending)
    }

    private func configureHTTP1(
        _ channel: any Channel, _ service: ConnectionService, _ watch: ConnectionWatch
    ) throws {
        let decoder = HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes, limitConfiguration: headers)
        let connection = HTTP1Connection(service: service, watch: watch, isLoopback: channel.isLoopback)
        try channel.pipeline.syncOperations.addHandler(ByteToMessageHandler(decoder))
        try channel.pipeline.syncOperations.addHandler(connection)
    }

    /// Lasts as long as the connection. When the task is cancelled, its requests are told to give up and it is closed.
    func handle(value connection: Connection, logger _: Logger) async {
        let channel = connection.channel
        await withTaskCancellationHandler {
            try? await channel.closeFuture.get()
        } onCancel: {
            channel.pipeline.fireUserInboundEventTriggered(ServerEnds())
        }
    }
}

/// Tells a connection that the server ends now: nothing is waited for any more.
struct ServerEnds: Sendable {}

/// Closes a connection whose handshake fails, or is not done when the server ends.
private final class HandshakeEnding: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent || event is ServerEnds {
            context.close(promise: nil)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error _: any Error) {
        context.close(promise: nil)
    }
}

extension Channel {
    /// Whether the other end is on this machine: 127.0.0.0/8 and ::1, also as an IPv6 socket shows the former.
    fileprivate var isLoopback: Bool {
        guard let text = remoteAddress?.ipAddress else { return false }
        return text == "::1" || text.hasPrefix("127.") || text.lowercased().hasPrefix("::ffff:127.")
    }
}
