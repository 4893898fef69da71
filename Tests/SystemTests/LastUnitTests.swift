import Testing

extension SystemTests {
    @Suite struct LastUnitTests {
        @Test(.timeLimit(.minutes(2))) func `Of 200 clients on two servers that ask for one of 50 left, 50 get it`()
            async throws
        {
            try await Stage.with { stage in
                let ids = try await stage.stock(["LAST-1"], quantity: 50)
                let id = try #require(ids["LAST-1"]?["WH1"])
                let clients = await stage.clients
                let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
                    for index in 0..<200 {
                        group.addTask {
                            try await clients[index % 2].reserve(order: newOrder(), [("LAST-1", "WH1", 1)])
                        }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                let refused = answers.filter { !$0.isSuccess }
                #expect(answers.count { $0.status == 200 } == 50)
                #expect(refused.count == 150)
                for answer in refused {
                    #expect(answer.status == 400)
                    #expect(answer.code == "insufficient_stock")
                    #expect(answer.detail == "Insufficient stock. Available: 0, Requested: 1")
                }
                for client in clients {
                    let record = try await client.record(id).json
                    #expect(record["quantity_on_hand"] == 50)
                    #expect(record["quantity_reserved"] == 50)
                    #expect(record["quantity_available"] == 0)
                }
                #expect(try await stage.count("SELECT count(*) FROM reservations WHERE status = 'pending'") == 50)
            }
        }

        @Test(.timeLimit(.minutes(2))) func `Two items of one record in one order count together`() async throws {
            try await Stage.with(servers: 1) { stage in
                try await stage.stock(["LAST-2"], quantity: 5)
                let client = try #require(await stage.clients.first)
                let both = [("LAST-2", "WH1", 3), ("LAST-2", "WH1", 3)]
                let answer = try await client.reserve(order: newOrder(), both)
                #expect(answer.status == 400)
                #expect(answer.detail == "Insufficient stock. Available: 5, Requested: 6")
                #expect(try await client.record("LAST-2", "WH1")["quantity_reserved"] == 0)
            }
        }
    }
}
