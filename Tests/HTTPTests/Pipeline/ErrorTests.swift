import Domain
import HTTPTypes
import Testing
import UseCases

@testable import HTTPCore

@Suite("Errors of the use cases")
struct ErrorTests {
    private static let cases: [(ServiceFailure, Int, String, String)] = [
        (.refused(Samples.shortage()), 400, "insufficient_stock", "Insufficient stock. Available: 98, Requested: 200"),
        (.badCursor, 400, "malformed_request", "The cursor is not one of this list's."),
        (.notFound("Unknown SKU: X"), 404, "not_found", "Unknown SKU: X"),
        (.refused(.unknownOrder(Samples.order)), 404, "not_found", "Unknown order: \(Samples.orderText)"),
        (
            .refused(.versionConflict(currentVersion: 9)), 409, "concurrency_conflict",
            "Inventory was modified. Please retry."
        ),
        (
            .refused(.reservationExpired(Samples.order)), 409, "reservation_expired",
            "A reservation of order \(Samples.orderText) has expired."
        ),
        (
            .refused(.alreadyConfirmed(Samples.order)), 409, "already_confirmed",
            "Order \(Samples.orderText) is already confirmed."
        ),
        (
            .refused(.alreadyReleased(Samples.order)), 409, "already_released",
            "Order \(Samples.orderText) is already released."
        ),
        (.refused(.archived(.product(Samples.sku))), 409, "archived", "Product LAPTOP-001 is archived."),
        (.refused(.archived(.warehouse(Samples.warehouseCode))), 409, "archived", "Warehouse WH1 is archived."),
        (.alreadyExists("SKU A is taken."), 409, "already_exists", "SKU A is taken."),
        (
            .invalid([FieldFault(field: "a", message: "is bad"), FieldFault(field: "b", message: "too")]), 422,
            "validation_failed", "a is bad (and 1 more)."
        ),
        (.systemBusy, 503, "system_busy", "System busy. Please retry."),
        (
            .unavailable(cause: "host db-1 refused"), 503, "unavailable",
            "The database cannot be reached."
        ),
        (
            .internalFault(cause: "SELECT secret"), 500, "internal_error",
            "Something went wrong here. The log has the cause."
        ),
    ]

    @Test("become problems with status, code and detail", arguments: 0..<cases.count)
    func problems(_ index: Int) async throws {
        let (failure, status, code, detail) = Self.cases[index]
        var ports = TestPorts()
        ports.submit = { _, _ throws(ServiceFailure) in throw failure }
        try await withAPI(ports, inspects: false) { api in
            let answer = try await api.post(
                "/reservations/\(Samples.orderText)/confirm",
                headers: [.requestID: "caller-1"]
            )
            #expect(answer.status == status)
            #expect(answer.headers[.contentType] == "application/problem+json")
            #expect(answer.headers[.requestID] == "caller-1")
            #expect(answer.headers[.contentTypeOptions] == "nosniff")
            #expect(answer.members["status"] as? Int == status)
            #expect(answer.code == code)
            #expect(answer.detail == detail)
            #expect(answer.members["type"] as? String == "/docs#error-\(code)")
            #expect(answer.members["title"] is String)
            #expect(answer.members["request_id"] as? String == "caller-1")
            #expect((answer.headers[.retryAfter] != nil) == (status == 503))
            #expect(!answer.text.contains("db-1") && !answer.text.contains("SELECT"))
        }
    }

    @Test("a shortage shows the available quantity, with a null id without a record")
    func shortage() async throws {
        for (inventory, shown) in [(nil, "null"), (Samples.inventory, "\"\(Samples.inventoryText)\"")] {
            var ports = TestPorts()
            ports.submit = { _, _ throws(ServiceFailure) in throw .refused(Samples.shortage(inventory: inventory)) }
            try await withAPI(ports, inspects: false) { api in
                let answer = try await api.post("/reservations/\(Samples.orderText)/confirm")
                #expect(
                    answer.text.hasSuffix(
                        """
                        "inventory_id":\(shown),"sku":"LAPTOP-001","warehouse_code":"WH1","available":98,\
                        "requested":200}
                        """
                    )
                )
            }
        }
    }

    @Test("a conflict shows the current version, faults show their fields")
    func members() {
        let conflict = Problem(.refused(.versionConflict(currentVersion: 9)) as ServiceFailure)
        #expect(conflict.members.map(\.name) == ["current_version"])
        let faults = Problem(.operation(index: 2, .invalid([FieldFault(field: "sku", message: "x")])) as ServiceFailure)
        #expect(faults.members.map(\.name) == ["errors", "index"])
        #expect(faults.detail == "operations[2].sku x.")
    }

    @Test("an unexpected error is a 500 that reveals nothing")
    func unforeseen() {
        struct Surprise: Error { let secret = "host db-1" }
        let problem = Problem(Surprise())
        #expect(problem.code == .internalError)
        #expect(problem.cause?.contains("db-1") == true)
        #expect(!problem.detail.contains("db-1"))
    }
}
