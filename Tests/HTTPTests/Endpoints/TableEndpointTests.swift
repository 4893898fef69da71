import Domain
import HTTPTypes
import Testing
import UseCases

@testable import HTTPCore

/// Imports and exports over fake ports.
struct TableEndpointTests {
    private static let header = "sku,warehouse_code,quantity_on_hand\n"

    @Test func `An import passes on the whole table with the actor, and the response has the counts`() async throws {
        var ports = TestPorts()
        ports.importing = { table, options throws(ServiceFailure) in
            guard case .stock(let table) = table else { throw .internalFault(cause: "not stock") }
            #expect(table.rows.map(\.line) == [2, 3] && table.rows[1].value.quantityOnHand == 7)
            #expect(options.actor == "anonymous" && options.isDryRun && options.once == nil)
            return ImportSummary(rows: 2, created: 1, updated: 0)
        }
        try await withAPI(ports) { api in
            let answer = try await api.post(
                "/import/stock?dry_run=true", Self.header + "A,W,1\r\nB,W,7\r\n", headers: [.contentType: "text/csv"])
            #expect(answer.status == 200)
            #expect(
                answer.text
                    == #"{"rows":2,"created":1,"updated":0,"unchanged":1,"dry_run":true,"errors":[]}"#)
        }
    }

    @Test func `Faults are a validation problem with row and column`() async throws {
        var ports = TestPorts()
        ports.importing = { table, _ throws(ServiceFailure) in
            guard case .products(let table) = table else { throw .internalFault(cause: "not products") }
            throw .invalidRows(table.faults)
        }
        try await withAPI(ports) { api in
            let answer = try await api.post("/import/products", "sku,name,base_price\nA,a,-1\nB,b\n")
            #expect(answer.status == 422 && answer.code == "validation_failed")
            #expect(answer.detail?.hasPrefix("Row 2: base_price must be between 0") == true)
            let errors = answer.members["errors"] as? [[String: Any]] ?? []
            #expect(errors.map { $0["row"] as? Int } == [2, 3])
            #expect(errors.map { $0["column"] as? String } == ["base_price", nil])
        }
    }

    @Test(arguments: [
        ("application/json", "sku,name,base_price\n", "", 415), ("text/csv; charset=latin1", "sku\n", "", 415),
        ("text/csv; charset=utf-8", "sku,name,base_price\n", "?dry_run=maybe", 422),
    ])
    func `A body that is not CSV is refused before it is read`(
        type: String, body: String, query: String, status: Int
    ) async throws {
        try await withAPI { api in
            let answer = try await api.post("/import/products\(query)", body, headers: [.contentType: type])
            #expect(answer.status == status)
        }
    }

    @Test(arguments: ["?dry_run", "?dry_run=", "?dry_run=1", "?dry_run=true&dry_run=false", "?dry_run=TRUE"])
    func `An unclear dry_run parameter never starts a real import`(query: String) async throws {
        try await withAPI { api in
            let answer = try await api.post("/import/products\(query)", "sku,name,base_price\nA,a,1\n")
            #expect(answer.status == 422 && answer.faultyFields == ["dry_run"])
        }
    }

    @Test func `A compressed body is refused`() async throws {
        try await withAPI { api in
            for path in ["/import/products", "/products"] {
                let answer = try await api.post(path, "x", headers: [.contentEncoding: "gzip"])
                #expect(answer.status == 415)
            }
        }
    }

    @Test func `Without keys a page of another site cannot write, and the dashboard can`() async throws {
        var ports = TestPorts()
        ports.importing = { _, _ throws(ServiceFailure) in ImportSummary(rows: 0, created: 0, updated: 0) }
        try await withAPI(ports) { api in
            for (site, status) in [("cross-site", 403), ("same-site", 403), ("same-origin", 200)] {
                let answer = try await api.post(
                    "/import/products", "sku,name,base_price\n", headers: [.secFetchSite: site])
                #expect(answer.status == status)
            }
        }
    }

    @Test func `A key whose first request is still running gets a conflict, which is not kept`() async throws {
        var ports = TestPorts()
        ports.importing = { _, options throws(ServiceFailure) in
            #expect(options.once?.answer(.failure(.keyInProgress)) == nil)
            throw .keyInProgress
        }
        try await withAPI(ports) { api in
            let answer = try await api.post(
                "/import/products", "sku,name,base_price\n", headers: [.idempotencyKey: "k"])
            #expect(answer.status == 409 && answer.code == "idempotency_in_progress")
        }
    }

    @Test func `An idempotency key is stored with the hash of the whole table and the response`() async throws {
        var ports = TestPorts()
        ports.importing = { _, options throws(ServiceFailure) in
            let summary = ImportSummary(rows: 1, created: 1, updated: 0)
            guard let once = options.once, let kept = once.answer(.success(summary)) else {
                throw .internalFault(cause: "no key")
            }
            let hash = once.key.requestHash.reduce("") { $0 + String($1, radix: 16) }
            #expect(String(decoding: kept.bytes, as: UTF8.self).contains(#""created":1"#) && kept.status == 200)
            throw .notFound("\(once.key.caller) \(once.key.key) \(hash)")
        }
        try await withAPI(ports, inspects: false) { api in
            let key: HTTPFields = [.idempotencyKey: "k"]
            let first = try await api.post("/import/warehouses", "code,name\nA,a\n", headers: key)
            let same = try await api.post("/import/warehouses", "code,name\nA,a\n", headers: key)
            let other = try await api.post("/import/warehouses", "code,name\nA,b\n", headers: key)
            #expect(first.detail?.hasPrefix("anonymous k ") == true)
            #expect(first.detail == same.detail && first.detail != other.detail)
        }
    }

    @Test func `An export sends page after page as one table`() async throws {
        var ports = TestPorts()
        ports.records = { _, page throws(ServiceFailure) in
            let first = Samples.record
            guard page.cursor != nil else { return Page(items: [first, first], next: Cursor(["x"])) }
            return Page(items: [first], next: nil)
        }
        try await withAPI(ports) { api in
            let answer = try await api.get("/export/inventory")
            #expect(answer.status == 200 && answer.headers[.contentType]?.hasPrefix("text/csv") == true)
            #expect(answer.headers[.contentDisposition] == #"attachment; filename="inventory.csv""#)
            let lines = answer.text.split(separator: "\r\n")
            #expect(lines.count == 4 && lines[0].hasPrefix("sku,warehouse_code,quantity_on_hand,reorder_point"))
            #expect(lines[1] == lines[3])
        }
    }

    @Test func `An export from an unreachable database is a problem, not a cut file`() async throws {
        var ports = TestPorts()
        ports.records = { _, _ throws(ServiceFailure) in throw .unavailable(cause: "gone") }
        try await withAPI(ports) { api in
            let answer = try await api.get("/export/inventory")
            #expect(answer.status == 503 && answer.code == "unavailable")
        }
    }
}
