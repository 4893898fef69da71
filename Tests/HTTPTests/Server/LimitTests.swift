import HTTPTypes
import Logging
import NIOCore
import Synchronization
import Testing
import UseCases

@testable import HTTPCore
@testable import HTTPTransport

@Suite("Limits", .timeLimit(.minutes(1)))
struct LimitTests {
    private static let live = "GET /live HTTP/1.1\nHost: a\n\n"

    private static let endpoint = Endpoint(.get, "/live", scope: nil, summary: "") { _ in
        APIResponse(.ok, body: ByteBuffer(string: "ok"))
    }

    private static let importing = Endpoint(.post, "/import", scope: nil, body: .csv(limit: 64 << 20), summary: "") {
        _ = try await $0.stream?.read { _ in }
        return APIResponse(.ok)
    }

    /// Limits that end soon what they end.
    private static func limits(_ change: (inout TransportLimits) -> Void) -> TransportLimits {
        var limits = TransportLimits()
        limits.tick = .milliseconds(10)
        limits.rateWindow = .milliseconds(100)
        change(&limits)
        return limits
    }

    private static func held(_ gate: Gate, _ begun: Gate? = nil, _ ended: Gate? = nil) -> Endpoint {
        Endpoint(.get, "/held", scope: nil, summary: "") { _ in
            begun?.open()
            await gate.wait()
            ended?.open()
            return APIResponse(.ok)
        }
    }

    @Test("a head that comes byte by byte has its time as a whole, and others are answered meanwhile")
    func slowHead() async throws {
        try await RunningServer.run([Self.endpoint], limits: Self.limits { $0.headTime = .milliseconds(100) }) {
            server in
            try await RawConnection.open(server.port) { slow in
                try await slow.send("GET /live HTTP/1.1\nX: ")
                // Ends only because the server closes.
                await #expect(throws: (any Error).self) {
                    while true {
                        try await slow.send("a")
                        try await RawConnection.open(server.port) { other in
                            try await other.send(Self.live)
                            #expect(try await other.answer()?.status == 200)
                        }
                    }
                }
            }
        }
    }

    @Test("a connection without a request is closed after its time, also between two")
    func idle() async throws {
        try await RunningServer.run([Self.endpoint], limits: Self.limits { $0.idleTime = .seconds(2) }) {
            server in
            try await RawConnection.open(server.port) { connection in await connection.waitForEnd() }
            try await RawConnection.open(server.port) { connection in
                try await connection.send(Self.live)
                #expect(try await connection.answer()?.status == 200)
                await connection.waitForEnd()
            }
        }
    }

    @Test("a body that hardly moves is cut, whether it is read or dropped", arguments: ["/import", "/live"])
    func slowBody(_ path: String) async throws {
        let limits = Self.limits { $0.bodyBytesPerWindow = 1 << 10 }
        try await RunningServer.run([Self.endpoint, Self.importing], limits: limits) { server in
            try await RawConnection.open(server.port) { connection in
                try await connection.send("POST \(path) HTTP/1.1\nHost: a\nContent-Length: 9999999\n\nhello")
                await connection.waitForEnd()
            }
        }
    }

    @Test("a body has its time as a whole")
    func longBody() async throws {
        let limits = Self.limits {
            $0.bodyBytesPerWindow = 1
            $0.bodyTime = .milliseconds(300)
        }
        try await RunningServer.run([Self.importing], limits: limits) { server in
            try await RawConnection.open(server.port) { connection in
                try await connection.send("POST /import HTTP/1.1\nHost: a\nContent-Length: 9999999\n\n")
                await #expect(throws: (any Error).self) {
                    while true { try await connection.send("a") }
                }
            }
        }
    }

    @Test("a handler that takes too long is answered for, and goes on to its end")
    func lateHandler() async throws {
        let (gate, ended) = (Gate(), Gate())
        let limits = Self.limits { $0.handlerTime = .milliseconds(50) }
        try await RunningServer.run([Self.held(gate, nil, ended)], limits: limits) { server in
            try await RawConnection.open(server.port) { connection in
                try await connection.send("GET /held HTTP/1.1\nHost: a\n\n")
                let answer = try await connection.answer()
                #expect(answer?.status == 503)
                #expect(answer?.body.contains(#""code":"unavailable""#) == true)
                await connection.waitForEnd()
            }
            gate.open()
            await ended.wait()
        }
    }

    @Test("requests that wait on one connection are so many at most; those are answered")
    func pipelined() async throws {
        let (hold, begun) = (Hold(), Gate())
        let held = Endpoint(.get, "/held", scope: nil, summary: "") { _ in
            await hold.wait { begun.open() }
            return APIResponse(.ok)
        }
        let limits = Self.limits { $0.pipelinedRequests = 3 }
        try await RunningServer.run([Self.endpoint, held], eventLoops: 1, limits: limits) { server in
            try await RawConnection.open(server.port) { connection in
                try await connection.send(
                    "GET /held HTTP/1.1\nHost: a\n\n" + String(repeating: Self.live, count: 9))
                await begun.wait()
                // The one loop answers others only when it has lined up all that it read behind the first: a handler that
                // went on at once would let those behind it pass one by one.
                try await RawConnection.open(server.port) { other in
                    try await other.send(Self.live)
                    #expect(try await other.answer()?.status == 200)
                }
                hold.open()
                for _ in 0..<4 { #expect(try await connection.answer()?.status == 200) }
                #expect(try await connection.answer() == nil)
            }
        }
    }

    @Test("a request that waited in line is asked for its body like any other", arguments: [true, false])
    func pipelinedBody(_ sendsBody: Bool) async throws {
        let (hold, begun) = (Hold(), Gate())
        let held = Endpoint(.get, "/held", scope: nil, summary: "") { _ in
            await hold.wait { begun.open() }
            return APIResponse(.ok)
        }
        let limits = Self.limits { $0.bodyBytesPerWindow = 1 << 10 }
        try await RunningServer.run([Self.importing, held], limits: limits) { server in
            try await RawConnection.open(server.port) { connection in
                try await connection.send(
                    "GET /held HTTP/1.1\nHost: a\n\nPOST /import HTTP/1.1\nHost: a\nExpect: 100-continue\n"
                        + "Content-Length: 5\n\n")
                await begun.wait()
                hold.open()
                #expect(try await connection.answer()?.status == 200)
                #expect(try await connection.answer()?.status == 100)
                if sendsBody {
                    try await connection.send("hello")
                    #expect(try await connection.answer()?.status == 200)
                } else {
                    await connection.waitForEnd()
                }
            }
        }
    }

    @Test("requests in flight are so many at most; the next is told that the system is busy")
    func inFlight() async throws {
        let (gate, begun) = (Gate(), Gate())
        let limits = Self.limits { $0.requestsInFlight = 1 }
        try await RunningServer.run([Self.endpoint, Self.held(gate, begun)], limits: limits) { server in
            try await RawConnection.open(server.port) { first in
                try await first.send("GET /held HTTP/1.1\nHost: a\n\n")
                await begun.wait()
                try await RawConnection.open(server.port) { second in
                    try await second.send(Self.live)
                    let answer = try await second.answer()
                    #expect(answer?.status == 503)
                    #expect(answer?.head.contains("Retry-After: 1") == true)
                    #expect(answer?.body.contains(#""code":"system_busy""#) == true)
                    gate.open()
                    #expect(try await first.answer()?.status == 200)
                    var status: Int?
                    while status != 200 {
                        try await second.send(Self.live)
                        status = try await second.answer()?.status
                    }
                }
            }
        }
    }

    @Test("bodies under way have so many bytes at most")
    func bodies() async throws {
        let limits = Self.limits { $0.bodyBytesInFlight = 100_000 }
        try await RunningServer.run([Self.endpoint, Self.importing], limits: limits) { server in
            try await RawConnection.open(server.port) { connection in
                try await connection.send("POST /import HTTP/1.1\nHost: a\nContent-Length: 200000\n\n")
                try await connection.send([UInt8](repeating: 0x61, count: 200_000))
                #expect(try await connection.answer()?.status == 503)
                // What that one held is free again.
                try await connection.send("POST /import HTTP/1.1\nHost: a\nContent-Length: 90000\n\n")
                try await connection.send([UInt8](repeating: 0x61, count: 90_000))
                #expect(try await connection.answer()?.status == 200)
            }
        }
    }

    @Test("an answer that nobody reads is cut, and its making ends")
    func slowReader() async throws {
        let export = Endpoint(.get, "/export", scope: nil, summary: "") { _ in
            var answer = APIResponse(.ok)
            answer.stream = AnswerStream { ByteBuffer(repeating: 0x61, count: 1 << 16) }
            return answer
        }
        let log = RecordingLog()
        try await RunningServer.run(
            [export], limits: Self.limits { _ in }, logger: Logger(label: "test") { _ in log }
        ) { server in
            try await RawConnection.open(server.port) { connection in
                try await connection.send("GET /export HTTP/1.1\nHost: a\n\n")
                // Not a byte is read until it is over.
                while !log.lines.all.contains(where: { $0.contains("answer broke off") }) { await Task.yield() }
            }
        }
    }

    @Test("connections are so many at most; the newest is closed, and there is room when one ends")
    func connections() async throws {
        try await RunningServer.run([Self.endpoint], limits: Self.limits { $0.connections = 1 }) { server in
            try await RawConnection.open(server.port) { first in
                try await first.send(Self.live)
                #expect(try await first.answer()?.status == 200)
                try await RawConnection.open(server.port) { second in await second.waitForEnd() }
                try await first.send(Self.live)
                #expect(try await first.answer()?.status == 200)
            }
            var status: Int?
            while status != 200 {
                try? await RawConnection.open(server.port) { next in
                    try await next.send(Self.live)
                    status = try await next.answer()?.status
                }
            }
        }
    }
}

/// Holds one task, and says so once it does.
private final class Hold: Sendable {
    private let waiter = Mutex<CheckedContinuation<Void, Never>?>(nil)

    func wait(_ waits: () -> Void) async {
        await withCheckedContinuation { continuation in
            waiter.withLock { $0 = continuation }
            waits()
        }
    }

    func open() { waiter.withLock { $0.take() }?.resume() }
}
