import RedisTesting
import Synchronization
import Testing

@testable import RedisClient

@Suite struct ConnectingTests {
    @Test func `Over TCP, by name, with a password, into a database of its own`() async throws {
        let server = try RedisServer(password: "p@ss word", onTCP: true)
        let port = try #require(server.port)
        let third = try RedisProcess(RedisConfiguration(url: "redis://:p%40ss%20word@localhost:\(port)/3"))
        let zeroth = try RedisProcess(RedisConfiguration(url: "redis://default:p%40ss%20word@127.0.0.1:\(port)"))
        try await third.connect()
        try await zeroth.connect()
        _ = try await third.client.send(["SET", "where", "third"], timeout: .seconds(10))
        #expect(try await third.client.send(["GET", "where"], timeout: .seconds(10)) == .bytes(Array("third".utf8)))
        #expect(try await zeroth.client.send(["GET", "where"], timeout: .seconds(10)) == .null)
        await third.shutdown()
        await zeroth.shutdown()
    }

    @Test func `A wrong password is reported, and the client tries again`() async throws {
        let server = try RedisServer(password: "right")
        let reasons = Mutex<[String]>([])
        let process = try RedisProcess(RedisConfiguration(url: server.url + "?password=wrong")) { event in
            if case .disconnected(let reason, _) = event { reasons.withLock { $0.append(reason) } }
        }
        await process.client.start()
        try await eventually("two refusals") { reasons.withLock { $0.count } >= 2 }
        #expect(reasons.withLock { $0 }.allSatisfy { $0.contains("WRONGPASS") && !$0.contains("wrong") })
        #expect(!process.client.isConnected)
        await #expect(throws: RedisError.notConnected) { try await process.client.ping(timeout: .seconds(1)) }
        await process.shutdown()
    }

    @Test func `Without a listening server, commands fail at once and the attempts continue`() async throws {
        let failures = Atomic<Int>(0)
        let process = try RedisProcess(RedisConfiguration(url: "unix:///nowhere/redis.sock")) { event in
            if case .connectFailed = event { failures.add(1, ordering: .relaxed) }
        }
        await process.client.start()
        try await eventually("three failures") { failures.load(ordering: .relaxed) >= 3 }
        await #expect(throws: RedisError.notConnected) { try await process.client.ping(timeout: .seconds(1)) }
        await process.shutdown()
    }

    @Test func `A hook finishes before the first command of a caller`() async throws {
        let server = try RedisServer()
        let prepare = { (process: RedisProcess) in
            process.client.whenConnected { session in
                for _ in 0..<20 { _ = try? await session.send(["INCR", "hook"], timeout: .seconds(10)) }
            }
        }
        try await withRedis(server, prepare: prepare) { process, _ in
            let count = try await process.client.send(["GET", "hook"], timeout: .seconds(10))
            #expect(count == .bytes(Array("20".utf8)))
            // Outside of its hook, a session's commands are refused.
            let late = RedisSession(client: process.client, generation: 1)
            await #expect(throws: RedisError.notConnected) { try await late.send(["PING"], timeout: .seconds(1)) }
        }
    }

    @Test func `A ready handler runs on every new connection, and its commands are admitted`() async throws {
        let server = try RedisServer()
        let outcomes = Mutex<[Result<RedisValue, RedisError>]>([])
        let process = try RedisProcess(RedisConfiguration(url: server.url))
        process.client.whenReady { [client = process.client] in
            client.post(["PING"], timeout: .seconds(20)) { result in outcomes.withLock { $0.append(result) } }
        }
        try await process.connect()
        try await eventually("answered") { outcomes.withLock { $0.count } == 1 }
        server.kill()
        try server.start()
        try await eventually("answered again") { outcomes.withLock { $0.count } == 2 }
        #expect(outcomes.withLock { $0 } == [.success(.status("PONG")), .success(.status("PONG"))])
        await process.shutdown()
    }

    @Test func `Shutting down fails the waiting callers`() async throws {
        let server = try RedisServer()
        var configuration = try RedisConfiguration(url: server.url)
        configuration.stallLimit = .seconds(30)
        let process = try RedisProcess(configuration)
        try await process.connect()
        server.freeze()
        let waiting = Task { try await process.client.ping(timeout: .seconds(30)) }
        try await eventually("the command waits") { await process.client.outstandingCommands == 1 }
        await process.client.shutdown()
        await #expect(throws: RedisError.shutDown) { try await waiting.value }
        await #expect(throws: RedisError.shutDown) { try await process.client.ping(timeout: .seconds(1)) }
        await process.shutdown()
    }
}
