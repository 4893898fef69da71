import Testing

extension SystemTests {
    @Suite struct OppositeTransferTests {
        private static let eachWay = 1_000

        @Test(.timeLimit(.minutes(2))) func `A thousand transfers each way at once end without a deadlock`()
            async throws
        {
            try await Stage.with { stage in
                try await stage.stock(["SWING"], in: ["A", "B"], quantity: 100)
                let clients = await stage.clients
                let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
                    for index in 0..<Self.eachWay * 2 {
                        // Both servers get both directions.
                        let client = clients[index / 2 % clients.count]
                        let (from, to) = index.isMultiple(of: 2) ? ("A", "B") : ("B", "A")
                        group.addTask { try await client.transfer("SWING", from: from, to: to, 1) }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(answers.count == Self.eachWay * 2)
                // Only one side that runs empty for a moment excuses a refusal.
                for answer in answers where !answer.isSuccess {
                    #expect(answer.code == "insufficient_stock", "\(answer)")
                }
                let moved = answers.count { $0.isSuccess }
                #expect(moved > 0)
                #expect(
                    try await stage.count("SELECT count(*) FROM inventory_transactions WHERE type LIKE 'transfer%'")
                        == moved * 2)
                #expect(try await stage.count("SELECT sum(quantity_on_hand) FROM inventory") == 200)
                #expect(
                    try await stage.count(
                        "SELECT sum(quantity_change) FROM inventory_transactions WHERE type LIKE 'transfer%'") == 0)
            }
        }
    }
}
