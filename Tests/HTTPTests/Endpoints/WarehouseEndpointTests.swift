import Domain
import HTTPTypes
import Testing
import UseCases

@testable import HTTPCore

@Suite("Warehouse routes")
struct WarehouseEndpointTests {
    private static let shown = """
        {"id":"\(Samples.warehouseText)","code":"WH1","name":"North","priority":3,\
        "alert_recipients":["buyer@example.com"],"archived":false,"created_at":"\(Samples.instantText)",\
        "updated_at":"\(Samples.instantText)"}
        """

    @Test("a new warehouse is 201 with its location and its body")
    func create() async throws {
        var ports = TestPorts()
        ports.createWarehouse = { draft in
            #expect(draft == WarehouseDraft(code: Samples.warehouseCode, name: "North", priority: 3))
            return Samples.warehouse
        }
        try await withAPI(ports) { api in
            let answer = try await api.post("/warehouses", #"{"code":"WH1","name":"North","priority":3}"#)
            #expect(answer.status == 201)
            #expect(answer.headers[.location] == "/api/v1/warehouses/WH1")
            #expect(answer.text == Self.shown)
        }
    }

    @Test("priority defaults to 0 and is bounded")
    func priority() async throws {
        var ports = TestPorts()
        ports.createWarehouse = { draft in
            #expect(draft.priority == 0)
            return Samples.warehouse
        }
        try await withAPI(ports) { api in
            #expect(try await api.post("/warehouses", #"{"code":"WH1","name":"North"}"#).status == 201)
            for priority in ["-1", "1000001", "1.5", "\"1\""] {
                let answer = try await api.post(
                    "/warehouses",
                    "{\"code\":\"WH1\",\"name\":\"N\",\"priority\":\(priority)}"
                )
                #expect(answer.faultyFields == ["priority"])
            }
        }
    }

    @Test("warehouses are listed and shown")
    func read() async throws {
        var ports = TestPorts()
        ports.warehouses = { page in
            #expect(page == PageRequest(limit: 50))
            return Page(items: [Samples.warehouse], next: nil)
        }
        ports.warehouse = { code in code == Samples.warehouseCode ? Samples.warehouse : nil }
        try await withAPI(ports) { api throws in
            #expect(try await api.get("/warehouses").text == #"{"items":[\#(Self.shown)],"next_cursor":null}"#)
            #expect(try await api.get("/warehouses/WH1").text == Self.shown)
            #expect(try await api.get("/warehouses/X").detail == "Unknown warehouse: X")
            #expect(try await api.get("/warehouses/a%20b").detail == "Unknown warehouse: a b")
        }
    }

    @Test("a patch sets recipients, also to an empty list")
    func patch() async throws {
        var ports = TestPorts()
        ports.updateWarehouse = { _, patch in
            #expect(patch == WarehousePatch(alertRecipients: []))
            return Samples.warehouse
        }
        try await withAPI(ports) { api in
            let answer = try await api.send(.patch, "/warehouses/WH1", #"{"alert_recipients":[]}"#)
            #expect(answer.status == 200)
            let refused = try await api.send(.patch, "/warehouses/WH1", #"{"name":null,"priority":null}"#)
            #expect(refused.faultyFields == ["name", "priority"])
        }
    }

    @Test("a recipient that could break a mail is 422, with its index")
    func recipients() async throws {
        try await withAPI { api in
            let answer = try await api.send(
                .patch,
                "/warehouses/WH1",
                #"{"alert_recipients":["a@b.c","a@b\r\nBcc: x@y.z","@b","a@","a","a@b@c","a b@c",7,"<a@b>"]}"#
            )
            #expect(answer.faultyFields == (1...8).map { "alert_recipients[\($0)]" })
            let many = Array(repeating: "\"a@b.c\"", count: 21).joined(separator: ",")
            for recipients in ["[\(many)]", "{}", "\"a@b.c\""] {
                let answer = try await api.send(
                    .patch,
                    "/warehouses/WH1",
                    "{\"alert_recipients\":\(recipients)}"
                )
                #expect(answer.faultyFields == ["alert_recipients"])
            }
        }
    }
}
