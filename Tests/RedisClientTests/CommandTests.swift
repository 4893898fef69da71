import RedisTesting
import Testing

@testable import RedisClient

@Suite struct CommandTests {
    let limit = Duration.seconds(10)

    @Test func `Each of ten thousand concurrent commands gets its own reply`() async throws {
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

    @Test func `Commands of one thread run in their order`() async throws {
        try await withRedis(try RedisServer()) { process in
            for number in 0..<1_000 {
                process.client.post(["RPUSH", "list", .text("\(number)")], timeout: limit)
            }
            let list = try await process.client.send(["LRANGE", "list", "0", "-1"], timeout: limit)
            #expect(list.array == (0..<1_000).map { .bytes(Array("\($0)".utf8)) })
        }
    }

    @Test func `An argument can be written in pieces`() async throws {
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

    @Test func `Any bytes come back unchanged`() async throws {
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

    @Test func `Every form of reply is decoded`() async throws {
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

    @Test func `A server error is thrown, and its description omits the details`() async throws {
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

    @Test func `An empty command is an error, and the connection stays usable`() async throws {
        try await withRedis(try RedisServer()) { process in
            await #expect(throws: RedisError.self) { try await process.client.send([""], timeout: limit) }
            try await process.client.ping(timeout: limit)
        }
    }
}

extension RedisError {
    fileprivate var message: String? {
        if case .server(let message) = self { message } else { nil }
    }
}
