import Glibc
import Synchronization
import TestSupport
import Testing

extension SystemTests {
    @Suite struct TerminationTests {
        private static let waiting = 30
        private static let callers = 8
        /// A request younger than this at the signal may still be unread in the server's socket.
        private static let unread = Duration.milliseconds(100)

        @Test(.timeLimit(.minutes(2)))
        func `On SIGTERM under load earlier requests are answered, and the exit status is 0`() async throws {
            try await Stage.with { stage in
                let ids = try await stage.stock(["T-HELD", "T-FREE"], quantity: 100)
                let held = try #require(ids["T-HELD"]?["WH1"])
                let server = try #require(await stage.servers.first)
                let client = stage.client(server)
                let journal = Journal()
                let free = (0..<Self.callers).map { caller in
                    Task { await Self.callUntilNoAnswer(client, "free-\(caller)", journal) }
                }
                let (waiting, signalled) = try await stage.whileLocked(held) {
                    let waiting = Self.receives(client, journal)
                    // Later requests on as many connections have been answered, so the waiting ones have arrived.
                    let goal = journal.successes + 100
                    try await eventually("the free record's callers go on") { journal.successes >= goal }
                    let signalled = ContinuousClock.now
                    server.child.send(SIGTERM)
                    try await eventually("the server takes no new connection") {
                        (try? await client.health()) == nil
                    }
                    return (waiting, signalled)
                }
                for answer in try await waiting.value { #expect(answer.status == 200, "\(answer)") }
                #expect(try await server.child.waitForEnd(within: .seconds(20)) == .exit(0))
                #expect(ContinuousClock.now - signalled < .seconds(10))
                for caller in free {
                    let begin = await caller.value
                    #expect(begin > signalled - Self.unread, "a request from before the signal has no answer")
                }
                await stage.apis.remove(server)
                try await journal.check(stage)
            }
        }

        @Test(.timeLimit(.minutes(1)), arguments: [SIGTERM, SIGINT])
        func `An idle server ends at once`(_ signal: Int32) async throws {
            try await Stage.with(servers: 1) { stage in
                let server = try #require(await stage.servers.first)
                // An idle kept-alive connection must not delay the end.
                #expect(try await stage.client(server).health().status == 200)
                server.child.send(signal)
                #expect(try await server.child.waitForEnd(within: .seconds(5)) == .exit(0))
                await stage.apis.remove(server)
            }
        }

        // MARK: Callers

        /// - Returns: when the first request without an answer was sent.
        private static func callUntilNoAnswer(
            _ client: StockClient, _ name: String, _ journal: Journal
        ) async -> ContinuousClock.Instant {
            var number = 0
            while true {
                number += 1
                let (begin, reference) = (ContinuousClock.now, "\(name)-\(number)")
                let answer = try? await client.receive("T-FREE", "WH1", 1, reference: reference)
                journal.movement(reference, rows: 1, answer)
                if answer == nil { return begin }
            }
        }

        private static func receives(_ client: StockClient, _ journal: Journal) -> Task<[Answer], any Error> {
            Task {
                try await withThrowingTaskGroup(of: Answer.self) { group in
                    for number in 0..<waiting {
                        group.addTask {
                            let reference = "held-\(number)"
                            let answer = try await client.receive("T-HELD", "WH1", 1, reference: reference)
                            journal.movement(reference, rows: 1, answer)
                            return answer
                        }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
            }
        }
    }
}
