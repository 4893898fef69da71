import NIOCore
import NIOHTTP1
import NIOPosix
import Testing

@testable import Replay

@Suite("The transport on a real socket")
struct HTTPClientTransportTests {
    @Test("sends method, escaped path, key and body, and reads status, Retry-After and body")
    func exchange() async throws {
        let server = try await EchoServer.start(name: "one")
        let transport = HTTPClientTransport(urls: [server.url], key: "secret", concurrency: 2)
        var request = ReplayRequest(method: .put, path: "/api/v1/inventory/B%2F1/W", body: Array("{}".utf8))
        request.idempotencyKey = "k1"
        let answer = try await transport.send(request)
        #expect(answer.status == 503)
        #expect(answer.retryAfterSeconds == 7)
        #expect(
            String(decoding: answer.body, as: UTF8.self)
                == "one PUT /api/v1/inventory/B%2F1/W Bearer secret k1 application/json 2"
        )
        await transport.close()
        try await server.stop()
    }

    @Test("goes to every server in turn")
    func turns() async throws {
        let servers = [try await EchoServer.start(name: "one"), try await EchoServer.start(name: "two")]
        let transport = HTTPClientTransport(urls: servers.map(\.url), key: nil, concurrency: 2)
        var names: [String] = []
        for _ in 0..<4 {
            let answer = try await transport.send(ReplayRequest(method: .get, path: "/api/v1/x"))
            names.append(String(decoding: answer.body.prefix(3), as: UTF8.self))
        }
        #expect(names == ["one", "two", "one", "two"])
        await transport.close()
        for server in servers { try await server.stop() }
    }

    @Test("a refused connection is an error at once")
    func refused() async throws {
        let server = try await EchoServer.start(name: "gone")
        try await server.stop()
        let transport = HTTPClientTransport(urls: [server.url], key: nil, concurrency: 2)
        let start = ContinuousClock.now
        await #expect(throws: (any Error).self) {
            try await transport.send(ReplayRequest(method: .get, path: "/api/v1/x"))
        }
        #expect(ContinuousClock.now - start < .seconds(4))
        await transport.close()
    }
}

/// Answers every call with 503, `Retry-After: 7` and an echo of the request.
private struct EchoServer {
    let url: String
    private let channel: any Channel

    static func start(name: String) async throws -> EchoServer {
        let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { channel in
                channel.pipeline.configureHTTPServerPipeline().flatMapThrowing {
                    try channel.pipeline.syncOperations.addHandler(EchoHandler(name: name))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return EchoServer(url: "http://127.0.0.1:\(channel.localAddress?.port ?? 0)", channel: channel)
    }

    func stop() async throws { try await channel.close().get() }
}

private final class EchoHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let name: String
    private var words: [String] = []
    private var bodyBytes = 0

    init(name: String) { self.name = name }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            words = [name, head.method.rawValue, head.uri]
            for header in ["Authorization", "Idempotency-Key", "Content-Type"] {
                words += head.headers.first(name: header).map { [$0] } ?? []
            }
            bodyBytes = 0
        case .body(let bytes):
            bodyBytes += bytes.readableBytes
        case .end:
            let body = ByteBuffer(string: (words + ["\(bodyBytes)"]).joined(separator: " "))
            let headers: HTTPHeaders = ["Retry-After": "7", "Content-Length": "\(body.readableBytes)"]
            let head = HTTPResponseHead(version: .http1_1, status: .serviceUnavailable, headers: headers)
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
    }
}
