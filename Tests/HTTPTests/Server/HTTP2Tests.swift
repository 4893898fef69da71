import HTTPTypes
import Logging
import NIOCore
import NIOHPACK
import NIOHTTP2
import Testing
import UseCases

@testable import HTTPCore
@testable import HTTPTransport

@Suite("HTTP/2", .timeLimit(.minutes(1)))
struct HTTP2Tests {
    private static let piece = 1 << 15

    private static let echo = Endpoint(.post, "/import", scope: nil, body: .csv(limit: 64 << 20), summary: "") {
        request in
        var count = 0
        _ = try await request.stream?.read { count += $0.readableBytes }
        return APIResponse(.ok, body: ByteBuffer(string: String(count)))
    }

    private static let export = Endpoint(.get, "/export", scope: nil, summary: "") { _ in
        let made = Tally()
        var answer = APIResponse(.ok)
        answer.stream = AnswerStream {
            made.add(1)
            return made.sum > 3 ? nil : ByteBuffer(repeating: 0x61, count: 1_000)
        }
        return answer
    }

    private static func limits(_ change: (inout TransportLimits) -> Void) -> TransportLimits {
        var limits = TransportLimits()
        limits.tick = .milliseconds(10)
        change(&limits)
        return limits
    }

    private static func run(
        _ endpoints: [Endpoint]? = nil,
        limits: TransportLimits = limits { _ in },
        logger: Logger = silence,
        _ body: @escaping @Sendable (RunningServer) async throws -> Void
    ) async throws {
        try await TestCertificate.withFiles { files in
            try files.write(.one)
            try await RunningServer.run(
                endpoints ?? makeAPI(), limits: limits, certificate: try files.read(), logger: logger, body)
        }
    }

    @Test("requests are answered on their streams, with the headers that all answers have")
    func answers() async throws {
        try await Self.run { server in
            try await HTTP2Client.open(server.port) { client in
                try await client.request(1, "GET", "/health/live")
                let live = try await client.answer(1)
                #expect(live?.status == 200)
                #expect(live?.body == #"{"status":"ok"}"#)
                #expect(live?.headers.first(name: "content-length") == "15")
                #expect(live?.headers.contains(name: "x-request-id") == true)
                #expect(live?.headers.contains(name: "date") == true)
                try await client.request(3, "GET", "/nope")
                #expect(try await client.answer(3)?.status == 404)
                try await client.request(5, "HEAD", "/health/live")
                #expect(try await client.answer(5)?.body == "")
            }
        }
    }

    @Test func `Reads of the cache are answered on their streams, and one that is given up keeps nobody waiting`()
        async throws
    {
        let cache = FakeCache([Samples.record], isHeld: true)
        var ports = TestPorts()
        ports.reference = { _ in nil }
        let log = RecordingLog()
        let api = makeAPI(ports, cache: cache)
        let path = "/api/v1/inventory/\(Samples.inventoryText)"
        try await TestCertificate.withFiles { files in
            try files.write(.one)
            let logger = Logger(label: "test") { _ in log }
            try await RunningServer.run(api, certificate: try files.read(), logger: logger) { server in
                try await HTTP2Client.open(server.port) { client in
                    for stream: Int32 in [1, 3] {
                        try await client.request(stream, "GET", path)
                        await cache.begun.wait()
                    }
                    try await client.send(1, .rstStream(.cancel))
                    // Answered behind the reset: the server has seen it by then.
                    try await client.request(5, "GET", "/api/v1/inventory/\(Samples.orderText)")
                    #expect(try await client.answer(5)?.status == 404)
                    cache.release()
                    let answer = try await client.answer(3)
                    #expect(answer?.status == 200)
                    #expect(answer?.body.contains("\"version\":7") == true)
                }
            }
        }
        #expect(!log.lines.all.contains { $0.contains("still in flight") })
    }

    @Test("bodies and answers in pieces go through")
    func streams() async throws {
        try await Self.run([Self.echo, Self.export]) { server in
            try await HTTP2Client.open(server.port) { client in
                try await client.request(1, "POST", "/import", ends: false)
                for index in 0..<2 {
                    try await client.data(1, ByteBuffer(repeating: 0x61, count: 10_000), ends: index == 1)
                }
                #expect(try await client.answer(1)?.body == "20000")
                try await client.request(3, "GET", "/export")
                #expect(try await client.answer(3)?.body.utf8.count == 3_000)
            }
        }
    }

    @Test("a stream whose caller opens no window is reset, and the others go on")
    func slowReader() async throws {
        let big = Endpoint(.get, "/big", scope: nil, summary: "") { _ in
            APIResponse(.ok, body: ByteBuffer(repeating: 0x61, count: 100_000))
        }
        try await Self.run([big, Self.export], limits: Self.limits { $0.rateWindow = .milliseconds(100) }) { server in
            try await HTTP2Client.open(server.port, initialWindow: 4_000) { client in
                try await client.request(1, "GET", "/big")
                #expect(try await client.answer(1) == nil)
                try await client.request(3, "GET", "/export")
                #expect(try await client.answer(3)?.status == 200)
            }
        }
    }

    @Test("who opens and resets streams without end is sent away, and others are answered")
    func rapidReset() async throws {
        let log = RecordingLog()
        let logger = Logger(label: "test") { _ in log }
        try await Self.run(limits: Self.limits { $0.resets = 20 }, logger: logger) { server in
            try await HTTP2Client.open(server.port) { client in
                // The server may close in the middle of it.
                for index in 0..<100 {
                    let stream = Int32(2 * index + 1)
                    try? await client.request(stream, "GET", "/health/ready")
                    try? await client.send(stream, .rstStream(.cancel))
                }
                _ = await client.goAway()
                #expect(log.lines.all.contains { $0.contains("ExcessiveRSTFrames") })
            }
            try await HTTP2Client.open(server.port) { client in
                try await client.request(1, "GET", "/health/live")
                #expect(try await client.answer(1)?.status == 200)
            }
        }
    }

    @Test("so is who sends PING after PING, or SETTINGS", arguments: [true, false])
    func controlFlood(_ pings: Bool) async throws {
        try await Self.run(limits: Self.limits { $0.controlFrames = 20 }) { server in
            try await HTTP2Client.open(server.port) { client in
                for index in 0..<100 {
                    try? await client.send(
                        0, pings ? .ping(.init(withInteger: UInt64(index)), ack: false) : .settings(.settings([])))
                }
                let code = await client.goAway()
                #expect(code == .enhanceYourCalm)
            }
        }
    }

    @Test("a connection without streams is closed after its time")
    func idle() async throws {
        try await Self.run(limits: Self.limits { $0.idleTime = .seconds(2) }) { server in
            try await HTTP2Client.open(server.port) { client in
                try await client.request(1, "GET", "/health/live")
                #expect(try await client.answer(1)?.status == 200)
                _ = await client.goAway()
            }
        }
    }

    @Test("at the server's end what is in flight is answered first")
    func shutdown() async throws {
        let (gate, begun) = (Gate(), Gate())
        let held = Endpoint(.get, "/held", scope: nil, summary: "") { _ in
            begun.open()
            await gate.wait()
            return APIResponse(.ok)
        }
        try await Self.run([held]) { server in
            try await HTTP2Client.open(server.port) { client in
                try await client.request(1, "GET", "/held")
                await begun.wait()
                await server.stop()
                var wasToldToGo = false
                while !wasToldToGo, let frame = try await client.frame() {
                    if case .goAway = frame.payload { wasToldToGo = true }
                }
                gate.open()
                #expect(try await client.answer(1)?.status == 200)
                _ = await client.goAway()
            }
        }
    }
}
