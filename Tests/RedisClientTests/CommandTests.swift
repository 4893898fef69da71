import RedisTesting
import Testing

@testable import RedisClient

@Suite struct CommandTests {
    let limit = Duration.seconds(10)

    @Test func `Ten thousand commands at once are answered each with its own reply`() async throws {
        try await withRedis(try RedisServer()) { process in
            let answers = try await withThrowingTaskGroup(of: (Int, RedisValue).self) { group in
                for number in 0..<10_000 {
                    group.addTask {
                        (number, try await process.client.send(["ECHO", .text("\(number)")], timeout: .seconds(10)))
                    }
                }
                return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
            }
            #expect(answers.count == 10_000)
            #expect(answers.allSatisfy { $0.value == .bytes(Array("\($0.key)".utf8)) })
        }
    }

    @Test func `Commands of one thread are run in their order`() async throws {
        try await withRedis(try RedisServer()) { process in
            for number in 0..<1_000 {
                process.client.post(["RPUSH", "list", .text("\(number)")], timeout: limit)
            }
            let list = try await process.client.send(["LRANGE", "list", "0", "-1"], timeout: limit)
            #expect(list.array == (0..<1_000).map { .bytes(Array("\($0)".utf8)) })
        }
    }

    @Test func `An argument can be written in pieces behind the ones before it`() async throws {
        try await withRedis(try RedisServer()) { process in
            var command = RedisCommand("ECHO")
            command.append { bytes in
                bytes.append(contentsOf: "one".utf8)
                bytes.append(0)
                bytes.append(contentsOf: "two".utf8)
            }
            let answer = try await process.client.send(command, timeout: limit)
            #expect(answer == .bytes(Array("one\0two".utf8)))
        }
    }

    @Test func `Any bytes come back as they went`() async throws {
        try await withRedis(try RedisServer()) { process in
            let all = (0...255).map { UInt8($0) }
            let values = [[], [0], Array("a\r\nb\0c%s%d\r\n$5\r\n".utf8), all, Array(repeating: 0, count: 300_000)]
            for value in values {
                let key = RedisArgument.bytes([0, 13, 10] + value.prefix(9))
                let stored = try await process.client.send(["SET", key, .bytes(value)], timeout: limit)
                #expect(stored == .status("OK"))
                #expect(try await process.client.send(["GET", key], timeout: limit) == .bytes(value))
            }
        }
    }

    @Test func `Every form of reply is understood`() async throws {
        try await withRedis(try RedisServer()) { process in
            let script = RedisScript("return {1, 'two', {3, {err = 'ODD thing'}}, false, {ok = 'FINE'}}")
            let reply = try await process.client.run(script, script.call(keyCount: 0), timeout: limit)
            #expect(
                reply
                    == .array([
                        .integer(1), .bytes(Array("two".utf8)), .array([.integer(3), .error("ODD thing")]), .null,
                        .status("FINE"),
                    ]))
        }
    }

    @Test func `An error of the server is thrown and described without its details`() async throws {
        try await withRedis(try RedisServer()) { process in
            _ = try await process.client.send(["SET", "text", "secret"], timeout: limit)
            let error = try await #require(throws: RedisError.self) {
                try await process.client.send(["LPUSH", "text", "x"], timeout: limit)
            }
            #expect(error.message?.hasPrefix("WRONGTYPE ") == true)
            #expect("\(error)" == "redis: server: WRONGTYPE")
            try await process.client.ping(timeout: limit)
        }
    }

    @Test func `An empty command is an error, and the connection goes on`() async throws {
        try await withRedis(try RedisServer()) { process in
            await #expect(throws: RedisError.self) { try await process.client.send([""], timeout: limit) }
            try await process.client.ping(timeout: limit)
        }
    }

    @Test func `A script is known by the digest the server computes, and comes back after SCRIPT FLUSH`() async throws {
        try await withRedis(try RedisServer()) { process in
            let script = RedisScript("return redis.call('INCRBY', KEYS[1], ARGV[1]) -- \u{e4}")
            let loaded = try await process.client.send(["SCRIPT", "LOAD", .text(script.source)], timeout: limit)
            #expect(loaded == .bytes(Array(script.digest.utf8)))
            for round in 1...3 {
                _ = try await process.client.send(["SCRIPT", "FLUSH"], timeout: limit)
                var call = script.call(keyCount: 1, argumentCount: 1)
                call.append("counter")
                call.append(5)
                let sum = try await process.client.run(script, call, timeout: limit)
                #expect(sum == .integer(Int64(round * 5)))
            }
        }
    }

    @Test func `A posted script comes back after SCRIPT FLUSH too`() async throws {
        try await withRedis(try RedisServer()) { process in
            let script = RedisScript("return redis.call('SET', KEYS[1], 'done')")
            var call = script.call(keyCount: 1)
            call.append("mark")
            process.client.post(script, call, timeout: limit)
            try await eventually("the script ran") {
                try await process.client.send(["GET", "mark"], timeout: limit) == .bytes(Array("done".utf8))
            }
        }
    }

    @Test func `Preloaded scripts are there on a new connection, so that order holds`() async throws {
        let script = RedisScript("return redis.call('RPUSH', KEYS[1], ARGV[1])")
        let prepare = { (process: RedisProcess) in process.client.preload(script) }
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
}

extension RedisError {
    fileprivate var message: String? {
        if case .server(let message) = self { message } else { nil }
    }
}
