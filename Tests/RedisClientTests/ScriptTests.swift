import RedisTesting
import Testing

@testable import RedisClient

@Suite struct ScriptTests {
    private let limit = Duration.seconds(10)

    private func increment(_ script: RedisScript, by number: Int) -> RedisCommand {
        var call = script.call(keyCount: 1, argumentCount: 1)
        call.append("counter")
        call.append(number)
        return call
    }

    /// The number of calls of a command since `CONFIG RESETSTAT`.
    private func calls(_ command: String, _ process: RedisProcess) async throws -> Int {
        let reply = try await process.client.send(["INFO", "commandstats"], timeout: limit)
        let text = String(decoding: try #require(reply.bytes), as: UTF8.self)
        let count = text.firstMatch(of: try Regex("cmdstat_\\Q\(command)\\E:calls=([0-9]+)"))?.output[1].substring
        return count.flatMap { Int($0) } ?? 0
    }

    @Test func `The first call of a script carries its text, later ones the digest`() async throws {
        try await withRedis(try RedisServer()) { process in
            let script = RedisScript("return redis.call('INCRBY', KEYS[1], ARGV[1]) -- \u{e4}")
            #expect(script.digest == nil)
            for round in 1...3 {
                let sum = try await process.client.run(script, increment(script, by: 5), timeout: limit)
                #expect(sum == .integer(Int64(round * 5)))
            }
            let digest = try #require(script.digest)
            #expect(digest.count == 40)
            #expect(try await calls("script|load", process) == 1)
            #expect(try await calls("eval", process) == 1)
            #expect(try await calls("evalsha", process) == 2)
            let loaded = try await process.client.send(["SCRIPT", "LOAD", .text(script.source)], timeout: limit)
            #expect(loaded == .bytes(digest))
        }
    }

    @Test func `A script runs again after SCRIPT FLUSH`() async throws {
        try await withRedis(try RedisServer()) { process in
            let script = RedisScript("return redis.call('INCRBY', KEYS[1], ARGV[1])")
            _ = try await process.client.run(script, increment(script, by: 1), timeout: limit)
            for round in 1...3 {
                _ = try await process.client.send(["SCRIPT", "FLUSH"], timeout: limit)
                let sum = try await process.client.run(script, increment(script, by: 1), timeout: limit)
                #expect(sum == .integer(Int64(1 + round)))
            }
            #expect(try await calls("evalsha", process) == 3, "each digest was refused once")
            #expect(try await calls("eval", process) == 4)
        }
    }

    @Test func `A restarted server runs preloaded and other scripts`() async throws {
        let server = try RedisServer()
        let preloaded = RedisScript("return redis.call('INCRBY', KEYS[1], ARGV[1])")
        let other = RedisScript("return redis.call('DECRBY', KEYS[1], ARGV[1])")
        let prepare = { (process: RedisProcess) in process.client.preload(preloaded) }
        try await withRedis(server, prepare: prepare) { process, _ in
            _ = try await process.client.run(preloaded, increment(preloaded, by: 3), timeout: limit)
            _ = try await process.client.run(other, increment(other, by: 2), timeout: limit)
            server.kill()
            try await eventually("the loss was noticed") { !process.client.isConnected }
            try server.start()
            try await eventually("connected again") { process.client.isConnected }
            let more = try await process.client.run(preloaded, increment(preloaded, by: 3), timeout: limit)
            let less = try await process.client.run(other, increment(other, by: 2), timeout: limit)
            #expect(more == .integer(3))
            #expect(less == .integer(1))
            #expect(try await calls("eval", process) == 1, "only the script that was not preloaded")
        }
    }

    @Test func `The handshake tells the digests of preloaded scripts`() async throws {
        let server = try RedisServer(password: "secret")
        let scripts = (1...3).map { RedisScript("return \($0)") }
        let process = try RedisProcess(RedisConfiguration(url: server.url + "?password=secret&db=2"))
        for script in scripts { process.client.preload(script) }
        try await process.connect()
        for (number, script) in zip(1..., scripts) {
            let digest = try #require(script.digest)
            let reply = try await process.client.send(["EVALSHA", .bytes(digest), "0"], timeout: limit)
            #expect(reply == .integer(Int64(number)))
        }
        await process.shutdown()
    }

    @Test(arguments: [true, false])
    func `Posted calls of a script keep their order`(isPreloaded: Bool) async throws {
        let script = RedisScript("return redis.call('RPUSH', KEYS[1], ARGV[1])")
        let prepare = { (process: RedisProcess) in if isPreloaded { process.client.preload(script) } }
        try await withRedis(try RedisServer(), prepare: prepare) { process, _ in
            for number in 0..<10 {
                var call = script.call(keyCount: 1, argumentCount: 1)
                call.append("list")
                call.append(number)
                process.client.post(script, call, timeout: limit)
            }
            let list = try await process.client.send(["LRANGE", "list", "0", "-1"], timeout: limit)
            #expect(list.array == (0..<10).map { .bytes(Array("\($0)".utf8)) })
        }
    }

    @Test func `A posted script runs again after SCRIPT FLUSH`() async throws {
        try await withRedis(try RedisServer()) { process in
            let script = RedisScript("return redis.call('SET', KEYS[1], ARGV[1])")
            for value in ["first", "second"] {
                var call = script.call(keyCount: 1, argumentCount: 1)
                call.append("mark")
                call.append(value)
                process.client.post(script, call, timeout: limit)
                try await eventually("the script ran") {
                    try await process.client.send(["GET", "mark"], timeout: limit) == .bytes(Array(value.utf8))
                }
                _ = try await process.client.send(["SCRIPT", "FLUSH"], timeout: limit)
            }
        }
    }

    @Test func `A reply that is no digest is not remembered`() {
        let script = RedisScript("return 1")
        for reply in [RedisValue.null, .status("OK"), .integer(40), .bytes(Array("abc".utf8)), .error("ERR")] {
            script.remember(reply)
            #expect(script.digest == nil)
        }
    }

    @Test func `Hooks run scripts that the handshake did not load`() async throws {
        let script = RedisScript("return redis.call('INCRBY', KEYS[1], ARGV[1])")
        let prepare = { (process: RedisProcess) in
            process.client.whenConnected { session in
                for _ in 0..<2 {
                    _ = try? await session.run(script, increment(script, by: 1), timeout: .seconds(10))
                }
            }
        }
        try await withRedis(try RedisServer(), prepare: prepare) { process, _ in
            let count = try await process.client.send(["GET", "counter"], timeout: limit)
            #expect(count == .bytes(Array("2".utf8)))
            #expect(script.digest != nil)
        }
    }
}
