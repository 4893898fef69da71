import Testing

extension SystemTests {
    /// Concurrent callers on two servers, of which only one can succeed.
    @Suite struct RaceTests {
        @Test(.timeLimit(.minutes(1))) func `Of a concurrent confirm and release of one order, one wins permanently`()
            async throws
        {
            try await Stage.with { stage in
                let orders = (0..<60).map { _ in newOrder() }
                try await stage.stock(["RACE-1"], quantity: 60)
                let clients = await stage.clients
                for order in orders {
                    #expect(try await clients[0].reserve(order: order, [("RACE-1", "WH1", 1)]).status == 200)
                }
                let outcomes = try await withThrowingTaskGroup(of: (confirm: Answer, release: Answer).self) { group in
                    for (index, order) in orders.enumerated() {
                        group.addTask {
                            async let confirm = clients[index % 2].confirm(order)
                            async let release = clients[(index + 1) % 2].release(order)
                            return try await (confirm, release)
                        }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                for (confirm, release) in outcomes {
                    let loser = confirm.isSuccess ? release : confirm
                    #expect(confirm.isSuccess != release.isSuccess, "\(confirm) \(release)")
                    #expect(loser.status == 409)
                    #expect(loser.code == (confirm.isSuccess ? "already_confirmed" : "already_released"))
                }
                let confirmed = outcomes.count { $0.confirm.isSuccess }
                print("\(confirmed) of \(orders.count) were confirmed")
                let record = try await clients[1].record("RACE-1", "WH1")
                #expect(record["quantity_on_hand"].int == 60 - confirmed)
                #expect(record["quantity_reserved"] == 0)
            }
        }

        @Test(.timeLimit(.minutes(1))) func `A double click on confirm removes the units once`() async throws {
            try await Stage.with { stage in
                try await stage.stock(["RACE-2"], quantity: 10)
                let clients = await stage.clients
                let order = newOrder()
                #expect(try await clients[0].reserve(order: order, [("RACE-2", "WH1", 3)]).status == 200)
                try await withThrowingTaskGroup(of: Answer.self) { group in
                    for index in 0..<20 {
                        group.addTask { try await clients[index % 2].confirm(order) }
                    }
                    for try await answer in group { #expect(answer.status == 200, "\(answer)") }
                }
                #expect(try await clients[0].record("RACE-2", "WH1")["quantity_on_hand"] == 7)
            }
        }

        @Test(.timeLimit(.minutes(1))) func `Of many writers with the same expected version, one succeeds`()
            async throws
        {
            try await Stage.with { stage in
                try await stage.stock(["RACE-3"], quantity: 10)
                let clients = await stage.clients
                let version = try await clients[0].record("RACE-3", "WH1")["version"]
                let body: JSON = [
                    "sku": "RACE-3", "warehouse_code": "WH1", "quantity": 1, "expected_version": version,
                ]
                let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
                    for index in 0..<40 {
                        group.addTask { try await clients[index % 2].post("/inventory/receive", body) }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(answers.count { $0.isSuccess } == 1)
                for answer in answers where !answer.isSuccess {
                    #expect(answer.code == "concurrency_conflict", "\(answer)")
                    #expect(answer.json["current_version"].int == version.int.map { $0 + 1 })
                }
            }
        }

        @Test(.timeLimit(.minutes(1))) func `A record that both servers create at once is one record`() async throws {
            try await Stage.with { stage in
                let places = (1...10).map { "NEW-\($0)" }
                try await stage.stock(["RACE-4"], quantity: 0)
                let clients = await stage.clients
                for place in places {
                    let warehouse: JSON = ["code": .string(place), "name": .string(place)]
                    #expect(try await clients[0].post("/warehouses", warehouse).status == 201)
                }
                try await withThrowingTaskGroup(of: Answer.self) { group in
                    for index in 0..<80 {
                        let place = places[index / 2 % places.count]
                        group.addTask { try await clients[index % 2].receive("RACE-4", place, 1) }
                    }
                    for try await answer in group { #expect(answer.status == 200, "\(answer)") }
                }
                for place in places {
                    #expect(try await clients[1].record("RACE-4", place)["quantity_on_hand"] == 8)
                }
            }
        }
    }
}
