import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1

/// Makes an accepted socket a connection of the API: what Hummingbird's server asks for each one.
struct ConnectionSetup: ServerChildChannel {
    /// What Hummingbird's server keeps of a connection until it is closed.
    struct Connection: ServerChildChannelValue {
        let channel: any Channel
    }

    /// By event loop.
    let services: [ObjectIdentifier: NIOLoopBound<ConnectionService>]
    let headers: NIOHTTPDecoderLimitConfiguration

    func setup(channel: any Channel, logger _: Logger) -> EventLoopFuture<Connection> {
        channel.eventLoop.makeCompletedFuture {
            guard let service = services[ObjectIdentifier(channel.eventLoop)]?.value else {
                throw ChannelError.operationUnsupported
            }
            let decoder = HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes, limitConfiguration: headers)
            let connection = HTTP1Connection(
                service: service, isLoopback: channel.remoteAddress?.isLoopback ?? false)
            try channel.pipeline.syncOperations.addHandler(ByteToMessageHandler(decoder))
            try channel.pipeline.syncOperations.addHandler(connection)
            return Connection(channel: channel)
        }
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

extension SocketAddress {
    /// 127.0.0.0/8 and ::1, also as an IPv6 socket shows the former.
    var isLoopback: Bool {
        guard let text = ipAddress else { return false }
        return text == "::1" || text.hasPrefix("127.") || text.lowercased().hasPrefix("::ffff:127.")
    }
}
