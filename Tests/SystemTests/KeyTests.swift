import NIOHTTP1
import TestSupport
import Testing

extension SystemTests {
    /// API keys, from their creation by an operator to their use on two servers.
    @Suite struct KeyTests {
        /// How soon a revoked key must be refused everywhere.
        private static let promise = Duration.seconds(5)
        /// What the checking calls may take on top on a busy machine.
        private static let allowance = Duration.seconds(1)

        @Test(.timeLimit(.minutes(2)))
        func
            `A key works on both servers, its name is in the ledger, and both refuse it within 5 seconds of its revocation`()
            async throws
        {
            try await Stage.with(settings: ["AUTH_MODE": "keys"]) { stage in
                let key = try await stage.createKey("Web shop", ["catalog:write", "stock:write", "read"])
                let clients = await stage.clients.map { $0.with(key: key) }
                let client = try #require(clients.first)
                try await stage.require(client.post("/warehouses", ["code": "WH1", "name": "One"]))
                try await stage.require(
                    client.post("/products", ["sku": "A", "name": "A", "base_price": "1.00"]))
                for client in clients { try await stage.require(client.receive("A", "WH1", 5)) }
                let id = try #require(try await client.record("A", "WH1")["id"].text)
                let rows = try await client.get("/inventory/\(id)/transactions").json["items"].array
                #expect(rows.count == 2 && rows.allSatisfy { $0["actor"] == "Web shop" }, "\(rows)")

                // Both servers have cached the key as late as possible.
                for client in clients { #expect(try await client.get("/inventory").status == 200) }
                let revoked = try await Products.inventoryctl(
                    ["keys", "revoke", "Web shop"], database: stage.database, in: stage.folder)
                let moment = ContinuousClock.now
                #expect(revoked.end == .exit(0), "\(revoked.errorOutput)")
                for client in clients {
                    try await eventually("the key is refused") {
                        let answer = try await client.get("/inventory")
                        #expect(answer.status == 200 || answer.status == 401, "\(answer)")
                        return answer.status == 401
                    }
                }
                #expect(ContinuousClock.now - moment < Self.promise + Self.allowance)
                for client in clients {
                    let answer = try await client.receive("A", "WH1", 5)
                    #expect(answer.status == 401 && answer.code == "unauthorized", "\(answer)")
                    #expect(answer.header("WWW-Authenticate") == "Bearer")
                }
                for api in await stage.servers {
                    #expect(!api.child.errorOutput.contains(key.dropFirst(4).prefix(8)), "a key is in the log")
                }
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `Requests without a key, with a wrong one or without the scope are refused`()
            async throws
        {
            try await Stage.with(servers: 1, settings: ["AUTH_MODE": "keys"]) { stage in
                let key = try await stage.createKey("reader", ["read"], "--expires", "12h")
                let bare = try #require(await stage.clients.first)
                #expect(try await bare.get("/inventory").status == 401)
                #expect(try await bare.with(key: key + "0").get("/inventory").status == 401)
                let other = String(key.dropLast()) + (key.hasSuffix("0") ? "1" : "0")
                #expect(try await bare.with(key: other).get("/inventory").status == 401)
                let reader = bare.with(key: key)
                #expect(try await reader.get("/inventory").status == 200)
                let refused = try await reader.receive("A", "WH1", 5)
                #expect(refused.status == 403 && refused.code == "forbidden", "\(refused)")
                #expect(refused.json["required_scope"] == "stock:write")
                #expect(try await bare.health().status == 200)
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `During a database outage a key is never refused as wrong, and afterwards it works again`()
            async throws
        {
            try await PrivatePostgres.with { postgres in
                try await Stage.with(
                    servers: 1, redis: false, settings: ["AUTH_MODE": "keys"], postgres: postgres
                ) { stage in
                    let key = try await stage.createKey("shop", ["read"])
                    let client = try #require(await stage.clients.first).with(key: key)
                    #expect(try await client.get("/inventory").status == 200)
                    try await postgres.stop(.fast)
                    // Longer than a server may use a cached key.
                    let end = ContinuousClock.now + .seconds(6)
                    try await eventually("the outage has lasted") {
                        let answer = try await client.get("/inventory")
                        #expect(answer.status == 503 && answer.code == "unavailable", "\(answer)")
                        return ContinuousClock.now > end
                    }
                    try await postgres.start()
                    try await eventually("the key works again") {
                        let answer = try await client.get("/inventory")
                        #expect(answer.status == 200 || answer.status == 503, "\(answer)")
                        return answer.status == 200
                    }
                }
            }
        }

        @Test(.timeLimit(.minutes(2))) func `The key commands report what they did and what they did not do`()
            async throws
        {
            try await Stage.with(servers: 0, redis: false) { stage in
                func keys(
                    _ arguments: String...
                ) async throws -> (
                    end: Child.End, output: String, errorOutput: String
                ) {
                    try await Products.inventoryctl(
                        ["keys"] + arguments, database: stage.database, in: stage.folder)
                }
                let made = try await keys("create", "--name", "a b", "--scope", "read", "--scope", "stock:write")
                #expect(made.end == .exit(0), "\(made.errorOutput)")
                #expect(made.output.wholeMatch(of: /inv_[0-9a-f]{64}\n/) != nil, "\(made.output)")
                let again = try await keys("create", "--name", "a b", "--scope", "read")
                #expect(again.end == .exit(1) && again.output.isEmpty && again.errorOutput.contains("a b"))
                _ = try await keys("create", "--name", "ops", "--scope", "admin", "--expires", "90d")
                #expect(try await keys("revoke", "ops").end == .exit(0))
                #expect(try await keys("revoke", "ops").end == .exit(0))
                #expect(try await keys("revoke", "unknown").end == .exit(1))

                let list = JSON(parsing: Array(try await keys("list", "--json").output.utf8))
                #expect(list.array.map { $0["name"] } == ["a b", "ops"])
                #expect(list.array.map { $0["state"] } == ["active", "revoked"])
                #expect(list[0]["scopes"] == ["read", "stock:write"] && list[0]["expires_at"] == .null)
                #expect(list[1]["expires_at"].text != nil && list[1]["revoked_at"].text != nil)
                let table = try await keys("list").output.split(separator: "\n")
                #expect(table.count == 3 && table[0].hasPrefix("NAME") && table[1].contains("read,stock:write"))

                for bad in [
                    ["--scope", "read"], ["--name", "x"], ["--name", "", "--scope", "read"],
                    ["--name", "x", "--scope", "write"], ["--name", "x\ty", "--scope", "read"],
                    ["--name", "x", "--scope", "read", "--expires", "5s"],
                    ["--name", "x", "--scope", "read", "--expires", "0d"],
                    ["--name", "x", "--scope", "read", "--expires", "3651d"],
                    ["--name", "x", "--scope", "read", "--expires", "-1d"],
                    ["--name", "x", "--scope", "read", "--expires", "99999999999999999999d"],
                ] {
                    let run = try await Products.inventoryctl(
                        ["keys", "create"] + bad, database: stage.database, in: stage.folder)
                    #expect(run.end == .exit(64) && run.output.isEmpty, "\(bad): \(run.end)")
                }
            }
        }
    }
}

extension Stage {
    /// - Returns: the new key's text.
    func createKey(_ name: String, _ scopes: [String], _ more: String...) async throws -> String {
        let run = try await Products.inventoryctl(
            ["keys", "create", "--name", name] + scopes.flatMap { ["--scope", $0] } + more, database: database,
            in: folder)
        guard run.end == .exit(0), let key = run.output.split(separator: "\n").last else {
            throw Failure("no key: \(run.errorOutput)")
        }
        return String(key)
    }
}
