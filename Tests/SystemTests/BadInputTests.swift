import NIOHTTP1
import Testing

extension SystemTests {
    /// Every invalid request gets its documented problem, and the process survives.
    @Suite struct BadInputTests {
        @Test(.timeLimit(.minutes(2))) func `Every bad request gets its problem document, and the server survives`()
            async throws
        {
            try await Stage.with(servers: 1) { stage in
                let ids = try await stage.stock(["BAD-1"], quantity: 100)
                let client = try #require(await stage.clients.first)
                let id = try #require(ids["BAD-1"]?["WH1"])
                for request in BadRequest.bodies + BadRequest.items + BadRequest.targets(id) {
                    try await Self.expect(request, client)
                }
                #expect(try await client.record(id).json["version"] == 1)
                #expect(try await client.health().status == 200)
            }
        }

        @Test(.timeLimit(.minutes(1))) func `Every fault of a request is listed in one response`() async throws {
            try await Stage.with(servers: 1) { stage in
                let client = try #require(await stage.clients.first)
                let answer = try await client.post(
                    "/reservations",
                    [
                        "order_id": "no uuid",
                        "items": [["sku": "A", "warehouse_code": "B", "quantity": 0], ["quantity": "2"]], "ttl": 0,
                    ])
                #expect(answer.status == 422)
                let fields = answer.json["errors"].array.compactMap { $0["field"].text }
                #expect(
                    Set(fields).isSuperset(of: ["order_id", "items[0].quantity", "items[1].quantity", "ttl"]),
                    "\(answer)")
                for error in answer.json["errors"].array { #expect(error["message"].text?.isEmpty == false) }
            }
        }

        private static func expect(_ request: BadRequest, _ client: StockClient) async throws {
            let answer: Answer
            do {
                answer = try await client.send(
                    request.method, request.path, bytes: request.bytes, headers: request.headers)
            } catch {
                Issue.record("\(request.name): \(error)")
                return
            }
            let comment = Comment(rawValue: "\(request.name): \(answer)")
            #expect(answer.status == request.status, comment)
            #expect(answer.code == request.code, comment)
            #expect(answer.header("Content-Type") == "application/problem+json", comment)
            #expect(answer.json["status"].int == answer.status, comment)
            for member in ["type", "title", "detail"] { #expect(answer.json[member].text?.isEmpty == false, comment) }
            #expect(answer.json["request_id"].text != nil, comment)
            #expect(answer.json["request_id"].text == answer.header("X-Request-Id"), comment)
            if request.code == "validation_failed" {
                let fields = answer.json["errors"].array.compactMap { $0["field"].text }
                #expect(!fields.isEmpty, comment)
                if let field = request.field { #expect(fields.contains(field), comment) }
            }
            if request.status == 405 { #expect(answer.header("Allow")?.isEmpty == false, comment) }
        }
    }
}
