import Glibc
import PostgresClient
import Testing

/// Rates are printed, not asserted: they depend on the machine and the build.
@Suite(.needsServer, .serialized)
struct LoadTests {
    private static let echo = PostgresStatement("SELECT $1, repeat('x', 1000)")

    private func query(_ number: Int) -> PostgresQuery { PostgresQuery(Self.echo) { $0.append(Int64(number)) } }

    /// Resident memory in bytes.
    private func residentSize() throws -> Int {
        let file = try #require(fopen("/proc/self/statm", "r"))
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        _ = fgets(&line, CInt(line.count), file)
        let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return try #require(text.split(separator: " ").dropFirst().first.flatMap { Int($0) }) * Int(getpagesize())
    }

    private func run(_ total: Int, inPipelinesOf size: Int, on connection: PostgresConnection) async throws {
        for _ in 0..<total / size {
            let results = try await connection.pipeline((0..<size).map { query($0) }, timeout: .seconds(30))
            #expect(results.count == size)
        }
    }

    @Test func `memory does not grow with the number of queries`() async throws {
        try await TestServer.withConnection { connection in
            try await run(20_000, inPipelinesOf: 50, on: connection)
            // A leak of each result of a kilobyte would be 100 MB in every round. Other suites of the process also allocate
            // memory, but not in every round.
            var least = Int.max
            for _ in 0..<3 where least >= 50_000_000 {
                let before = try residentSize()
                try await run(100_000, inPipelinesOf: 50, on: connection)
                least = min(least, try residentSize() - before)
                print("postgres: resident memory grew by \(least / 1024) KiB at least over 100,000 queries")
            }
            #expect(least < 50_000_000)
        }
    }

    @Test func `rates are printed`() async throws {
        try await TestServer.withConnection { connection in
            for (callers, size) in [(1, 1), (64, 1), (1, 20), (8, 20)] {
                let rounds = 4000 / callers / max(1, size / 4)
                let clock = ContinuousClock()
                let time = try await clock.measure {
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for _ in 0..<callers {
                            group.addTask { try await run(rounds * size, inPipelinesOf: size, on: connection) }
                        }
                        try await group.waitForAll()
                    }
                }
                let seconds = time / .seconds(1)
                let pipelines = Double(rounds * callers)
                print(
                    "postgres: \(callers) callers × pipelines of \(size):",
                    "\(Int(pipelines / seconds)) pipelines/s, \(Int(pipelines * Double(size) / seconds)) queries/s"
                )
            }
        }
    }
}
