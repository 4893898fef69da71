import RedisTesting
import Synchronization
import Testing

@testable import RedisClient

@Suite struct OutageTests {
    /// Added to upper limits, because the machine may build while it tests: a command without a limit would take the 30
    /// seconds that these tests give it.
    static let tolerance = Duration.seconds(10)

    @Test func `A killed server fails commands at once, and the client reconnects when it is back`() async throws {
        let server = try RedisServer()
        try await withRedis(server) { process in
            let client = process.client
            let outcomes = Mutex<[RedisError]>([])
            for number in 0..<500 {
                client.post(["SET", .text("\(number)"), "x"], timeout: .seconds(30)) { result in
                    if case .failure(let error) = result { outcomes.withLock { $0.append(error) } }
                }
            }
            server.kill()
            try await eventually("the loss was noticed") { !client.isConnected }
            let start = ContinuousClock.now
            await #expect(throws: RedisError.notConnected) { try await client.ping(timeout: .seconds(30)) }
            #expect(ContinuousClock.now - start < Self.tolerance)
            #expect(
                outcomes.withLock { $0 }.allSatisfy { error in
                    if case .connectionLost = error { true } else { error == .notConnected }
                })
            try server.start()
            try await eventually("connected again") { client.isConnected }
            try await client.ping(timeout: .seconds(10))
        }
    }

    @Test func `A server killed under load loses no waiter`() async throws {
        let server = try RedisServer()
        try await withRedis(server) { process in
            let client = process.client
            let answered = Counter()
            let workers = (0..<50).map { _ in
                Task {
                    var asked = 0
                    var hasFailed = false
                    // However fast the server is, all workers have commands in flight when it is killed.
                    while asked < 200 || !hasFailed {
                        do { try await client.ping(timeout: .seconds(30)) } catch { hasFailed = true }
                        asked += 1
                        answered.add()
                    }
                    return asked
                }
            }
            try await eventually("some load") { answered.value > 1_000 }
            server.kill()
            var asked = 0
            for worker in workers { asked += await worker.value }
            #expect(answered.value == asked && asked >= 10_000)
            #expect(await process.client.outstandingCommands == 0)
        }
    }

    @Test func `A short freeze lets commands time out, and later replies go to their own waiters`()
        async throws
    {
        let server = try RedisServer()
        try await withRedis(server) { process in
            let client = process.client
            server.freeze()
            let start = ContinuousClock.now
            await #expect(throws: RedisError.timeout) {
                try await client.send(["ECHO", "first"], timeout: .milliseconds(50))
            }
            let waited = ContinuousClock.now - start
            #expect(waited >= .milliseconds(50))
            #expect(waited < .milliseconds(50) + Self.tolerance)
            let patient = (0..<100).map { number in
                Task { try await client.send(["ECHO", .text("\(number)")], timeout: .seconds(30)) }
            }
            try await eventually("all wait") { await client.outstandingCommands == 101 }
            server.thaw()
            for (number, task) in patient.enumerated() {
                #expect(try await task.value == .bytes(Array("\(number)".utf8)))
            }
        }
    }

    @Test func `The client drops a frozen server at the stall limit, and reconnects when it thaws`() async throws {
        let server = try RedisServer()
        try await withRedis(server, stallLimit: .seconds(1)) { process in
            let client = process.client
            server.freeze()
            let start = ContinuousClock.now
            await #expect(throws: RedisError.connectionLost(reason: "no reply within the stall limit")) {
                try await client.ping(timeout: .seconds(30))
            }
            let waited = ContinuousClock.now - start
            #expect(waited >= .seconds(1))
            #expect(waited < .seconds(1) + Self.tolerance)
            await #expect(throws: RedisError.notConnected) { try await client.ping(timeout: .seconds(30)) }
            server.thaw()
            try await eventually("connected again") { client.isConnected }
            try await client.ping(timeout: .seconds(10))
        }
    }

    @Test func `A frozen server does not make the queue grow beyond its bound`() async throws {
        let server = try RedisServer()
        var configuration = try RedisConfiguration(url: server.url)
        configuration.maximumOutstandingCommands = 100
        configuration.stallLimit = .seconds(30)
        let process = try RedisProcess(configuration)
        try await process.connect()
        server.freeze()
        let overloaded = Counter()
        for _ in 0..<300 {
            process.client.post(["PING"], timeout: .seconds(30)) { result in
                if case .failure(.overloaded) = result { overloaded.add() }
            }
        }
        try await eventually("two hundred refusals") { overloaded.value == 200 }
        await process.shutdown()
    }

    @Test func `Bytes that a frozen server's socket does not accept are written when it thaws`() async throws {
        let server = try RedisServer()
        var configuration = try RedisConfiguration(url: server.url)
        configuration.stallLimit = .seconds(30)
        let process = try RedisProcess(configuration)
        try await process.connect()
        server.freeze()
        // Far more than a socket's buffer.
        let value = [UInt8](repeating: 120, count: 1 << 20)
        let tasks = (0..<16).map { number in
            Task { try await process.client.send(["SET", .text("\(number)"), .bytes(value)], timeout: .seconds(30)) }
        }
        try await eventually("all wait") { await process.client.outstandingCommands == 16 }
        server.thaw()
        for task in tasks { #expect(try await task.value == .status("OK")) }
        #expect(try await process.client.send(["STRLEN", "15"], timeout: .seconds(30)) == .integer(1 << 20))
        await process.shutdown()
    }
}

/// A counter that many tasks increment.
private final class Counter: Sendable {
    private let count = Atomic<Int>(0)

    var value: Int { count.load(ordering: .relaxed) }
    func add() { count.add(1, ordering: .relaxed) }
}
