import Foundation
import TestSupport
import Testing

extension SystemTests {
    /// Replays half a year of real or generated orders. Afterwards every figure of the dashboard and the reports must
    /// equal the result of plain SQL over the base tables.
    @Suite struct JourneyFiguresTests {
        /// `TEST_JOURNEY` names a folder with the files that `inventoryctl replay` reads; without it they are
        /// generated.
        @Test(.timeLimit(.minutes(environment("TEST_JOURNEY") == nil ? 4 : 30)))
        func `After a journey every figure of the dashboard and the reports equals that of plain SQL`() async throws {
            let random = SeededRandom()
            print("the journey's seed: \(random.seed)")
            try await Stage.with(servers: 1) { [random] stage in
                var random = random
                let source = try environment("TEST_JOURNEY") ?? JourneyFiles.make(in: stage.folder, &random)
                let files = try JourneyFiles(source, in: stage.folder)
                let sweeper = try SweeperProcess.launch(stage)
                let client = try #require(await stage.clients.first)
                var journey = Journey(stage, client, files, random)
                let past = try await journey.replay(files.past)
                try await journey.age()
                let today = try await journey.replay(files.today)
                #expect((past["orders"].int ?? 0) + (today["orders"].int ?? 0) == files.orders)
                try await journey.live()
                try await Self.settle(journey)

                // A new server has nothing cached, so its first answers are read from the database.
                let server = try await stage.startServer()
                let figures = JourneyFigures(stage: stage, client: stage.client(server))
                print(
                    "\(files.orders) orders, \(try await figures.compare(seed: journey.random.seed)) values compared")
                try await eventually("the ledger is aggregated") {
                    try await stage.count("SELECT count(*) FROM ledger_tail(NULL, NULL, NULL)") == 0
                }
                let rolled = JourneyFigures(stage: stage, client: stage.client(try await stage.startServer()))
                _ = try await rolled.compare(seed: journey.random.seed)
                sweeper.send(SIGTERM)
                #expect(try await sweeper.waitForEnd(within: .seconds(20)) == .exit(0), "\(sweeper.errorOutput)")
            }
        }

        /// Waits until the short reservations have expired and the servers have written their counts.
        private static func settle(_ journey: Journey) async throws {
            try await eventually("the short reservations have expired") {
                let brief = "status = 'pending' AND expires_at < now() + interval '1 minute'"
                return try await journey.stage.count("SELECT count(*) FROM reservations WHERE \(brief)") == 0
            }
            let expired = try await journey.stage.count(
                "SELECT count(*) FROM reservations WHERE release_reason = 'expired'")
            #expect(expired > 0)
            try await eventually("every checkout is counted, once") {
                let counted = try await journey.stage.lines(
                    "SELECT concat_ws(' ', sum(attempts), sum(succeeded)) FROM reservation_attempts")
                return counted == ["\(journey.attempts) \(journey.succeeded)"]
            }
        }
    }
}
