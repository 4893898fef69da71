import Domain
import Testing
import UseCases

@testable import HTTPCore

@Suite("Availability")
struct AvailabilityTests {
    @Test("SKUs are listed in the requested order; an unknown one has no stock")
    func order() async throws {
        var ports = TestPorts()
        ports.availability = { products in
            #expect(products == [Samples.productID])
            let lines = [
                ProductAvailability.Line(
                    warehouseID: Samples.warehouseID,
                    warehouseCode: Samples.warehouseCode,
                    quantityAvailable: 98,
                    version: 7
                ),
                ProductAvailability.Line(
                    warehouseID: Samples.secondWarehouseID,
                    warehouseCode: Samples.secondWarehouseCode,
                    quantityAvailable: 2,
                    version: 1
                ),
            ]
            return [ProductAvailability(product: Samples.productID, sku: Samples.sku, lines: lines)]
        }
        try await withAPI(ports) { api in
            let answer = try await api.get("/availability?sku=NOPE&sku=LAPTOP-001")
            #expect(
                answer.text == """
                    {"items":[{"sku":"NOPE","quantity_available":0,"warehouses":[]},\
                    {"sku":"LAPTOP-001","quantity_available":100,"warehouses":[\
                    {"warehouse_code":"WH1","quantity_available":98},\
                    {"warehouse_code":"WH2","quantity_available":2}]}]}
                    """
            )
        }
    }

    @Test("a request may name 1 to 100 SKUs")
    func bounds() async throws {
        try await withAPI { api in
            let hundred = Array(repeating: "sku=NOPE", count: 100).joined(separator: "&")
            let all = try await api.get("/availability?\(hundred)")
            #expect((all.members["items"] as? [Any])?.count == 100)
            for query in ["", "?sku=", "?sku=a%20b", "?\(hundred)&sku=NOPE"] {
                let answer = try await api.get("/availability\(query)")
                #expect(answer.status == 422)
                #expect(answer.faultyFields == ["sku"])
            }
        }
    }
}
