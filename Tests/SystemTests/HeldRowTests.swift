import Testing

extension SystemTests {
    @Suite struct HeldRowTests {
        private static let others = (1...50).map { "FREE-\($0)" }
        /// A command on another record takes milliseconds; behind a blocked lane it would take seconds.
        private static let limit = Duration.seconds(1)

        @Test(.timeLimit(.minutes(2))) func `While another session holds a row, only that record's commands wait`()
            async throws
        {
            try await Stage.with { stage in
                let ids = try await stage.stock(["HELD"] + Self.others, quantity: 10)
                let held = try #require(ids["HELD"]?["WH1"])
                let clients = await stage.clients
                let order = newOrder()
                #expect(try await clients[0].reserve(order: order, [("HELD", "WH1", 1)]).status == 200)
                let (waiting, isAnswered) = try await stage.whileLocked(held) {
                    let isAnswered = Flag()
                    let waiting = Self.commands(on: clients, order, isAnswered)
                    try await Self.expectQuickOthers(clients)
                    #expect(!isAnswered.isRaised, "a command of the held record was answered")
                    return (waiting, isAnswered)
                }
                for answer in try await waiting.value { #expect(answer.status == 200, "\(answer)") }
                #expect(isAnswered.isRaised)
                let record = try await clients[0].record(held).json
                #expect(record["quantity_on_hand"] == 11)
                #expect(record["quantity_reserved"] == 2)
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `A row held for longer than LOCK_WAIT_MS is 503 system_busy, and nothing was done`() async throws {
            try await Stage.with(settings: ["LOCK_WAIT_MS": "1500"]) { stage in
                let ids = try await stage.stock(["HELD"] + Self.others, quantity: 10)
                let held = try #require(ids["HELD"]?["WH1"])
                let clients = await stage.clients
                let order = newOrder()
                #expect(try await clients[0].reserve(order: order, [("HELD", "WH1", 1)]).status == 200)
                try await stage.whileLocked(held) {
                    let begin = ContinuousClock.now
                    let waiting = Self.commands(on: clients, order, Flag())
                    try await Self.expectQuickOthers(clients)
                    for answer in try await waiting.value {
                        #expect(answer.status == 503, "\(answer)")
                        #expect(answer.code == "system_busy")
                        #expect(answer.detail == "System busy. Please retry.")
                    }
                    let waited = ContinuousClock.now - begin
                    #expect(waited >= .milliseconds(1_400) && waited < .seconds(5), "\(waited)")
                }
                let record = try await clients[0].record(held).json
                #expect(record["quantity_on_hand"] == 10)
                #expect(record["quantity_reserved"] == 1)
                #expect(try await clients[1].confirm(order).status == 200)
            }
        }

        // MARK: Steps

        /// Commands on the held record: a confirm, an order of two records, and a receive on each server.
        private static func commands(
            on clients: [StockClient], _ order: String, _ isAnswered: Flag
        ) -> Task<[Answer], any Error> {
            Task {
                try await withThrowingTaskGroup(of: Answer.self) { group in
                    group.addTask { try await clients[0].confirm(order) }
                    group.addTask {
                        try await clients[1].reserve(
                            order: newOrder(), [("HELD", "WH1", 1), ("FREE-1", "WH1", 1)])
                    }
                    group.addTask { try await clients[0].receive("HELD", "WH1", 1) }
                    group.addTask { try await clients[1].receive("HELD", "WH1", 1) }
                    group.addTask { try await clients[1].reserve(order: newOrder(), [("HELD", "WH1", 1)]) }
                    return try await group.reduce(into: []) { answers, answer in
                        isAnswered.raise()
                        answers.append(answer)
                    }
                }
            }
        }

        private static func expectQuickOthers(_ clients: [StockClient]) async throws {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (index, sku) in others.enumerated() {
                    group.addTask {
                        let begin = ContinuousClock.now
                        let answer = try await clients[index % clients.count].ship(sku, "WH1", 1)
                        #expect(answer.status == 200, "\(sku): \(answer)")
                        #expect(ContinuousClock.now - begin < limit, "\(sku)")
                    }
                }
                try await group.waitForAll()
            }
        }
    }
}
