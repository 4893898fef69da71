import Domain
import HTTPTypes
import Testing
import UseCases

@testable import HTTPCore

@Suite("Alert and suggestion routes")
struct AlertEndpointTests {
    private static let alertText = "01920000-0000-7000-8000-0000000000e1"
    private static let suggestionText = "01920000-0000-7000-8000-0000000000f1"

    private static func alert(_ status: AlertView.Status = .open, by actor: String? = nil) -> AlertView {
        AlertView(
            id: AlertID(alertText)!, inventoryID: Samples.inventory, sku: Samples.sku, productName: "Laptop",
            warehouseCode: Samples.warehouseCode, quantityAvailable: 8, reorderPoint: 10, status: status,
            createdAt: Samples.instant, acknowledgedAt: actor.map { _ in Samples.instant }, acknowledgedBy: actor,
            resolvedAt: nil, suggestionID: SuggestionID(suggestionText)!,
            delivery: .init(
                state: .failed, attempts: 10, sentAt: nil, messageID: "<a@b>", lastError: "550 No such user"))
    }

    private static func suggestion(_ status: SuggestionView.Status, by actor: String? = nil) -> SuggestionView {
        SuggestionView(
            id: SuggestionID(suggestionText)!, alertID: AlertID(alertText)!, inventoryID: Samples.inventory,
            sku: Samples.sku, productName: "Laptop", warehouseCode: Samples.warehouseCode, quantity: 25,
            unitPrice: Money(hundredths: 1_999), quantityAvailable: 8, reorderPoint: 10, status: status,
            createdAt: Samples.instant, decidedAt: actor.map { _ in Samples.instant }, decidedBy: actor)
    }

    @Test("alerts are listed with their delivery, by status")
    func listAlerts() async throws {
        var ports = TestPorts()
        ports.alerts = { status, page in
            #expect(status == .acknowledged && page == PageRequest(limit: 2))
            return Page(items: [Self.alert()], next: nil)
        }
        try await withAPI(ports) { api in
            let answer = try await api.get("/alerts?status=acknowledged&limit=2")
            #expect(
                answer.text == """
                    {"items":[{"id":"\(Self.alertText)","inventory_id":"\(Samples.inventoryText)",\
                    "sku":"LAPTOP-001","name":"Laptop","warehouse_code":"WH1","quantity_available":8,\
                    "reorder_point":10,"status":"open","created_at":"\(Samples.instantText)",\
                    "acknowledged_at":null,"acknowledged_by":null,"resolved_at":null,\
                    "suggestion_id":"\(Self.suggestionText)","delivery":{"state":"failed","attempts":10,\
                    "sent_at":null,"message_id":"<a@b>","last_error":"550 No such user"}}],"next_cursor":null}
                    """)
            #expect(try await api.get("/alerts?status=late").faultyFields == ["status"])
        }
    }

    @Test("an alert is acknowledged in the caller's name; an unknown one is 404, a bad id 422")
    func acknowledge() async throws {
        var ports = TestPorts()
        ports.acknowledge = { id, actor throws(ServiceFailure) in
            guard id == AlertID(Self.alertText) else { throw .notFound("Unknown alert: \(id)") }
            return Self.alert(.acknowledged, by: actor)
        }
        try await withAPI(ports) { api throws in
            let answer = try await api.post("/alerts/\(Self.alertText)/acknowledge")
            #expect(answer.status == 200 && answer.members["status"] as? String == "acknowledged")
            #expect(answer.members["acknowledged_by"] as? String == "anonymous")
            #expect(try await api.post("/alerts/\(Samples.orderText)/acknowledge").code == "not_found")
            #expect(try await api.post("/alerts/7/acknowledge").status == 422)
            #expect(try await api.get("/alerts/\(Self.alertText)/acknowledge").status == 405)
        }
    }

    @Test("suggestions are listed, newest first, by status")
    func listSuggestions() async throws {
        var ports = TestPorts()
        ports.suggestions = { status, _ in
            #expect(status == nil || status == .withdrawn)
            return Page(items: [Self.suggestion(.accepted, by: "buyer")], next: nil)
        }
        try await withAPI(ports) { api in
            let answer = try await api.get("/purchase-order-suggestions")
            #expect(
                answer.text == """
                    {"items":[{"id":"\(Self.suggestionText)","alert_id":"\(Self.alertText)",\
                    "inventory_id":"\(Samples.inventoryText)","sku":"LAPTOP-001","name":"Laptop",\
                    "warehouse_code":"WH1","quantity":25,"unit_price":"19.99","quantity_available":8,\
                    "reorder_point":10,"status":"accepted","created_at":"\(Samples.instantText)",\
                    "decided_at":"\(Samples.instantText)","decided_by":"buyer"}],"next_cursor":null}
                    """)
            #expect(try await api.get("/purchase-order-suggestions?status=withdrawn").status == 200)
            #expect(try await api.get("/purchase-order-suggestions?status=gone").faultyFields == ["status"])
        }
    }

    @Test("a suggestion is accepted or dismissed; the opposite decision afterwards is a conflict")
    func decide() async throws {
        var ports = TestPorts()
        ports.decide = { _, decision, actor throws(ServiceFailure) in
            guard decision == .accept else { throw .alreadyDecided("The suggestion is already accepted.") }
            return Self.suggestion(.accepted, by: actor)
        }
        try await withAPI(ports) { api throws in
            let path = "/purchase-order-suggestions/\(Self.suggestionText)"
            #expect(try await api.post(path + "/accept").members["status"] as? String == "accepted")
            let conflict = try await api.post(path + "/dismiss")
            #expect(conflict.status == 409 && conflict.code == "already_decided")
            #expect(conflict.detail == "The suggestion is already accepted.")
            #expect(try await api.post(path + "/refuse").status == 404)
        }
    }
}
