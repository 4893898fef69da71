import HTTPTypes
import Logging
import NIOCore
import NIOHTTPTypes

/// What one connection may do beside its requests. Lives on the connection's event loop.
///
/// - A bare 400 of Hummingbird's, for bytes that are not HTTP, becomes a problem like any other.
/// - Who asks whether to send the body (`Expect: 100-continue`, as curl does above 1 MiB) is told to go on.
/// - What is left of a body after its answer is dropped so that the connection can be used again, but not for ever.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// Bytes of a body that are dropped after the answer: enough for a caller that reads only when it has sent all.
    static let highestDroppedBytes = 16 << 20

    private let logger: Logger
    /// Requests whose answers have not ended.
    private var unanswered = 0
    private var droppedBytes = 0

    init(logger: Logger) {
        self.logger = logger
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            unanswered += 1
            droppedBytes = 0
            // With an answer under way a 100 would stand in its middle; the caller goes on by itself then.
            if unanswered == 1, head.headerFields[.expect]?.lowercased() == "100-continue", head.isWelcome {
                context.writeAndFlush(wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
            }
        case .body(let bytes) where unanswered == 0:
            droppedBytes += bytes.readableBytes
            guard droppedBytes <= Self.highestDroppedBytes else {
                context.close(promise: nil)
                return
            }
        case .body, .end: break
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(let head) where head.status == .badRequest && head.headerFields[.requestID] == nil:
            writeProblem(context, promise)
        case .end:
            // A 400 may come before any request was understood.
            unanswered = max(0, unanswered - 1)
            context.write(data, promise: promise)
        case .head, .body:
            context.write(data, promise: promise)
        }
    }

    private func writeProblem(_ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
        let requestID = RequestID.make()
        logger.info("request was not HTTP", metadata: ["request_id": "\(requestID)", "status": "400"])
        let problem = Problem(.malformedRequest, "The request is not valid HTTP.")
        let response = problem.response(requestID: requestID)
        let body = response.body ?? ByteBuffer()
        var head = HTTPResponse(status: response.status, headerFields: response.headers)
        head.headerFields[.requestID] = requestID
        head.headerFields[.connection] = "close"
        head.headerFields[.contentLength] = String(body.readableBytes)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(body)), promise: promise)
    }
}

extension HTTPRequest {
    /// Whether the body that is announced may come at all.
    fileprivate var isWelcome: Bool {
        guard let length = headerFields[.contentLength].flatMap(Int.init) else { return true }
        return length <= BodyRule.standardLimit
    }
}
