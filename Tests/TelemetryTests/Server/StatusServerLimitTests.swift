import Glibc
import Logging
import Reactor
import Synchronization
import Testing

@testable import Telemetry

@Suite("The status server under load and misuse")
struct StatusServerLimitTests {
    private static let request = "GET /metrics HTTP/1.1\nHost: x\n\n"
    /// More than the kernel buffers between two sockets on loopback.
    private static let largeText = String(repeating: "up 1\n", count: 4 << 20)

    @Test("who is slow with the head is cut", arguments: ["", "GET /metrics HT"])
    func slowHead(_ start: String) async throws {
        var limits = StatusServerLimits()
        limits.headTime = .milliseconds(50)
        try await RunningStatusServer.with(limits: limits) { server in
            let received = try await server.client { socket in
                try socket.send(start)
                return try socket.receive()
            }
            #expect(received == nil)
        }
    }

    @Test("sending single bytes does not put off the head's deadline")
    func trickle() async throws {
        var limits = StatusServerLimits()
        limits.headTime = .milliseconds(100)
        try await RunningStatusServer.with(limits: limits) { server in
            await #expect(throws: RawSocket.Failure.self) {
                try await server.client { socket in
                    // Ends with the reset that follows the cut; 8 KiB of them would take 16 s.
                    for _ in 0..<8_000 {
                        try socket.send([UInt8(ascii: "G")])
                        usleep(2_000)
                    }
                }
            }
        }
    }

    @Test("an answer larger than the socket's buffers arrives whole")
    func largeAnswer() async throws {
        try await RunningStatusServer.with(metrics: Self.largeText) { server in
            let answer = try await server.ask(Self.request)
            #expect(answer.body.utf8.count == Self.largeText.utf8.count)
            #expect(answer.body == Self.largeText)
        }
    }

    @Test("who does not take the answer is cut")
    func slowReader() async throws {
        var limits = StatusServerLimits()
        limits.answerTime = .milliseconds(50)
        try await RunningStatusServer.with(limits: limits, metrics: Self.largeText) { server in
            let socket = try await server.thread.run { [port = server.port] in
                let socket = try RawSocket.connect(port)
                try socket.send(Self.request)
                // The answer has begun.
                _ = try socket.receive(atMost: 1)
                return socket
            }
            defer { socket.close() }
            try await eventually("the connection is closed") { await server.server.connectionCount == 0 }
            #expect(try await server.get("/health/live").status == "HTTP/1.1 200 OK")
        }
    }

    @Test("who sends on and on after the answer is cut")
    func endlessBody() async throws {
        var limits = StatusServerLimits()
        limits.lingerTime = .seconds(60)
        try await RunningStatusServer.with(limits: limits) { server in
            await #expect(throws: RawSocket.Failure.self) {
                try await server.client { socket in
                    try socket.send(Self.request)
                    try socket.send([UInt8](repeating: 0, count: 64 << 20))
                }
            }
            try await eventually("the connection is closed") { await server.server.connectionCount == 0 }
        }
    }

    @Test("after the answer the connection waits for the peer's end, so that no reset overtakes the answer")
    func waitsForEnd() async throws {
        var limits = StatusServerLimits()
        limits.lingerTime = .seconds(60)
        try await RunningStatusServer.with(limits: limits) { server in
            let socket = try await server.thread.run { [port = server.port] in
                let socket = try RawSocket.connect(port)
                try socket.send(Self.request)
                _ = try socket.receiveAll()
                return socket
            }
            #expect(await server.server.connectionCount == 1)
            socket.close()
            try await eventually("the connection is closed") { await server.server.connectionCount == 0 }
        }
    }

    @Test("who never closes after the answer is cut")
    func lingering() async throws {
        var limits = StatusServerLimits()
        limits.lingerTime = .milliseconds(50)
        try await RunningStatusServer.with(limits: limits) { server in
            let socket = try await server.thread.run { [port = server.port] in
                let socket = try RawSocket.connect(port)
                try socket.send(Self.request)
                _ = try socket.receiveAll()
                return socket
            }
            defer { socket.close() }
            try await eventually("the connection is closed") { await server.server.connectionCount == 0 }
        }
    }

    @Test("a hundred connections at once are all answered, 32 at a time")
    func crowd() async throws {
        let most = Mutex(0)
        let carelessSockets = Mutex(0)
        let accept: @Sendable (Int32) -> StatusSocket.Outcome = { listener in
            let outcome = StatusSocket.accept(listener)
            guard case .done(let descriptor) = outcome else { return outcome }
            let isNonBlocking = fcntl(Int32(descriptor), F_GETFL) & O_NONBLOCK != 0
            let isClosedOnExec = fcntl(Int32(descriptor), F_GETFD) & FD_CLOEXEC != 0
            if !isNonBlocking || !isClosedOnExec { carelessSockets.withLock { $0 += 1 } }
            return outcome
        }
        var limits = StatusServerLimits()
        // On a slow machine, a connection that waits for the clients' single thread must not be closed.
        limits.headTime = .seconds(60)
        try await RunningStatusServer.with(limits: limits, accept: accept) { server in
            let sockets = try await server.thread.run { [port = server.port] in
                try (0..<100).map { _ in try RawSocket.connect(port) }
            }
            try await eventually("32 are accepted") { await server.server.connectionCount == 32 }
            for socket in sockets {
                let count = await server.server.connectionCount
                most.withLock { $0 = max($0, count) }
                let text = try await server.thread.run {
                    defer { socket.close() }
                    try socket.send(Self.request)
                    return try socket.receiveAll()
                }
                #expect(try RawAnswer(text).body == "up 1\n")
            }
            #expect(most.withLock { $0 } == 32)
            #expect(carelessSockets.withLock { $0 } == 0)
            try await eventually("all are closed") { await server.server.connectionCount == 0 }
        }
    }

    @Test("peers that reset in the middle of anything do no harm")
    func resets() async throws {
        try await RunningStatusServer.with(metrics: Self.largeText) { server in
            for text in ["", "GET /met", Self.request] {
                for readsFirst in [false, true] where !readsFirst || text == Self.request {
                    try await server.thread.run { [port = server.port] in
                        let socket = try RawSocket.connect(port)
                        try socket.send(text)
                        if readsFirst { _ = try socket.receive(atMost: 1) }
                        socket.reset()
                    }
                }
            }
            try await eventually("all are closed") { await server.server.connectionCount == 0 }
            #expect(try await server.get("/health/live").status == "HTTP/1.1 200 OK")
        }
    }

    @Test("writing to a peer that has gone is an error and no signal")
    func brokenPipe() async throws {
        let thread = BlockingThread(name: "client")
        defer { thread.shutdown() }
        let (outcome, isPending) = try await thread.run {
            // All signals are blocked on this thread: one that is sent stays pending, even where the process ignores it.
            var pair: [Int32] = [-1, -1]
            socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair)
            close(pair[1])
            let outcome = [1, 2, 3].withUnsafeBytes { StatusSocket.send(pair[0], $0) }
            close(pair[0])
            var pending = sigset_t()
            sigpending(&pending)
            return (outcome, sigismember(&pending, SIGPIPE) != 0)
        }
        #expect(outcome == .failed(errno: EPIPE))
        #expect(!isPending)
    }

    @Test("a peer that leaves while its answer is made gives its place back")
    func leavesEarly() async throws {
        let (asked, continuation) = AsyncStream.makeStream(of: Void.self)
        let check = HealthCheck("slow", isEssential: true) {
            continuation.yield()
            try? await Task.sleep(for: .seconds(60))
            return .ok
        }
        try await RunningStatusServer.with(checks: [check]) { server in
            let socket = try await server.thread.run { [port = server.port] in
                let socket = try RawSocket.connect(port)
                try socket.send("GET /health/ready HTTP/1.1\nHost: x\n\n")
                return socket
            }
            _ = await asked.first { _ in true }
            socket.reset()
            try await eventually("the connection is closed") { await server.server.connectionCount == 0 }
        }
    }

    @Test("without descriptors it pauses instead of spinning, says so once, and goes on")
    func noDescriptors() async throws {
        let refusals = Mutex(0)
        let times = Mutex<[ContinuousClock.Instant]>([])
        let accept: @Sendable (Int32) -> StatusSocket.Outcome = { listener in
            guard refusals.withLock({ $0 < 3 }) else { return StatusSocket.accept(listener) }
            refusals.withLock { $0 += 1 }
            times.withLock { $0.append(.now) }
            return .failed(errno: EMFILE)
        }
        let log = RecordingLog()
        try await RunningStatusServer.with(accept: accept, logger: Logger(label: "test") { _ in log }) { server in
            let answer = try await server.get("/metrics")
            #expect(answer.body == "up 1\n")
        }
        let moments = times.withLock { $0 }
        #expect(moments.count == 3)
        for (earlier, later) in zip(moments, moments.dropFirst()) { #expect(later - earlier >= .milliseconds(100)) }
        #expect(log.lines.all == ["warning cannot accept connections cause=Too many open files"])
    }

    @Test("a connection that died in the backlog is passed over")
    func aborted() async throws {
        let calls = Mutex(0)
        let accept: @Sendable (Int32) -> StatusSocket.Outcome = { listener in
            let isFirst = calls.withLock { calls in
                calls += 1
                return calls == 1
            }
            return isFirst ? .failed(errno: ECONNABORTED) : StatusSocket.accept(listener)
        }
        try await RunningStatusServer.with(accept: accept) { server in
            let answer = try await server.get("/metrics")
            #expect(answer.body == "up 1\n")
        }
    }
}
