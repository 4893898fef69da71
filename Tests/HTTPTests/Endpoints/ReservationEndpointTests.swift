import Domain
import Testing
import UseCases

@testable import HTTPCore

@Suite("Reservation routes")
struct ReservationEndpointTests {
    private static let order = Samples.orderText

    @Test("a reserve accepts each of the three ways to name a record")
    func reserve() async throws {
        var ports = TestPorts()
        ports.submit = { command, _ in
            let item = ReserveOrder.Item(record: Samples.reference, quantity: 2)
            #expect(
                command == .reserve(ReserveOrder(orderID: Samples.order, items: [item, item, item], seconds: 900))
            )
            return .reserved(
                order: Samples.order,
                reservations: [Samples.reservation],
                expiresAt: Samples.instant
            )
        }
        try await withAPI(ports) { api in
            let answer = try await api.post(
                "/reservations",
                """
                {"order_id":"\(Self.order)","ttl":900,"items":[
                {"inventory_id":"\(Samples.inventoryText)","product_id":"\(Samples.productText)",
                "warehouse_id":"\(Samples.warehouseText)","quantity":2},
                {"product_id":"\(Samples.productText)","warehouse_id":"\(Samples.warehouseText)","quantity":2},
                {"sku":"LAPTOP-001","warehouse_code":"WH1","quantity":2}]}
                """
            )
            #expect(answer.status == 200)
            #expect(
                answer.text == """
                    {"reservation_ids":["\(Samples.reservationText)"],"status":"reserved",\
                    "order_id":"\(Self.order)","expires_at":"\(Samples.instantText)"}
                    """
            )
        }
    }

    @Test("without a ttl units are held for the default time; an order's id may be in upper case")
    func standardTime() async throws {
        var ports = TestPorts()
        ports.submit = { command, _ in
            guard case .reserve(let order) = command else { return .released(order: Samples.order) }
            #expect(order.seconds == 600)
            return .reserved(order: order.orderID, reservations: [], expiresAt: Samples.instant)
        }
        try await withAPI(ports) { api in
            let answer = try await api.post(
                "/reservations",
                """
                {"order_id":"\(Self.order.uppercased())",
                "items":[{"sku":"LAPTOP-001","warehouse_code":"WH1","quantity":1}]}
                """
            )
            #expect(answer.members["order_id"] as? String == Self.order)
        }
    }

    @Test("every fault of every item is reported at once")
    func faults() async throws {
        try await withAPI { api in
            let answer = try await api.post(
                "/reservations",
                """
                {"order_id":"7","ttl":604801,"items":[{},{"quantity":1},{"inventory_id":"x","quantity":0},
                {"product_id":"\(Samples.productText)","quantity":1},{"sku":"A","quantity":1},[]]}
                """
            )
            #expect(answer.status == 422)
            #expect(
                answer.faultyFields == [
                    "order_id", "items[0].quantity", "items[0]", "items[1]", "items[2].quantity",
                    "items[2].inventory_id", "items[3].warehouse_id", "items[4].warehouse_code", "items[5]", "ttl",
                ]
            )
        }
    }

    @Test("an order has 1 to 500 items")
    func bounds() async throws {
        try await withAPI { api in
            let item = #"{"sku":"LAPTOP-001","warehouse_code":"WH1","quantity":1}"#
            let many = Array(repeating: item, count: 501).joined(separator: ",")
            for items in ["[]", "[\(many)]", "null", "{}"] {
                let answer = try await api.post("/reservations", "{\"order_id\":\"\(Self.order)\",\"items\":\(items)}")
                #expect(answer.faultyFields == ["items"])
            }
        }
    }

    @Test("ids that disagree are 422")
    func disagreement() async throws {
        try await withAPI { api in
            let answer = try await api.post(
                "/reservations",
                """
                {"order_id":"\(Self.order)","items":[{"inventory_id":"\(Samples.inventoryText)",
                "product_id":"\(Samples.warehouseText)","warehouse_id":"\(Samples.warehouseText)","quantity":2}]}
                """
            )
            #expect(answer.status == 422)
            #expect(answer.faultyFields == ["items[0].product_id"])
        }
    }

    @Test("confirm, release and extend answer with status and order")
    func resolve() async throws {
        var ports = TestPorts()
        ports.submit = { command, _ in
            switch command {
            case .confirm(Samples.order): .confirmed(order: Samples.order)
            case .release(Samples.order): .released(order: Samples.order)
            case .extend(Samples.order, seconds: 60): .extended(order: Samples.order, expiresAt: Samples.instant)
            default: .expired(count: 0, isComplete: true)
            }
        }
        try await withAPI(ports) { api in
            let confirmed = try await api.post("/reservations/\(Self.order)/confirm")
            #expect(confirmed.text == #"{"status":"confirmed","order_id":"\#(Self.order)"}"#)
            let released = try await api.post("/reservations/\(Self.order)/release", "not read")
            #expect(released.text == #"{"status":"released","order_id":"\#(Self.order)"}"#)
            let extended = try await api.post("/reservations/\(Self.order)/extend", #"{"ttl":60}"#)
            #expect(
                extended.text == """
                    {"status":"reserved","order_id":"\(Self.order)","expires_at":"\(Samples.instantText)"}
                    """
            )
        }
    }

    @Test("an id that is not a UUID is 422, together with the body's faults")
    func badOrder() async throws {
        try await withAPI { api in
            for route in ["confirm", "release"] {
                let answer = try await api.post("/reservations/17/\(route)")
                #expect(answer.faults == ["order_id: must be a UUID"])
            }
            #expect(try await api.get("/reservations/17").faultyFields == ["order_id"])
            let extend = try await api.post("/reservations/17/extend", #"{"ttl":0}"#)
            #expect(extend.faultyFields == ["order_id", "ttl"])
        }
    }

    @Test("an order's reservations are shown in each state")
    func show() async throws {
        @Sendable func reservation(_ status: Reservation.Status) -> Reservation {
            Reservation(
                id: Samples.reservation,
                orderID: Samples.order,
                inventoryID: Samples.inventory,
                reference: Samples.reference,
                quantity: 2,
                status: status,
                expiresAt: Samples.instant,
                createdAt: Samples.instant
            )
        }
        var ports = TestPorts()
        ports.reservations = { _ in
            [reservation(.pending), reservation(.released(at: Samples.instant, .expired))]
        }
        try await withAPI(ports) { api in
            let answer = try await api.get("/reservations/\(Self.order)")
            let common = """
                {"id":"\(Samples.reservationText)","inventory_id":"\(Samples.inventoryText)","sku":"LAPTOP-001",\
                "warehouse_code":"WH1","quantity":2,
                """
            let times = #""expires_at":"\#(Samples.instantText)","created_at":"\#(Samples.instantText)","#
            #expect(
                answer.text == """
                    {"order_id":"\(Self.order)","reservations":[\(common)"status":"pending",\(times)\
                    "resolved_at":null,"release_reason":null},\(common)"status":"released",\(times)\
                    "resolved_at":"\(Samples.instantText)","release_reason":"expired"}]}
                    """
            )
        }
    }

    @Test("an order without reservations is 404")
    func unknownOrder() async throws {
        var ports = TestPorts()
        ports.reservations = { _ in [] }
        try await withAPI(ports) { api in
            let answer = try await api.get("/reservations/\(Self.order)")
            #expect(answer.status == 404)
            #expect(answer.detail == "Unknown order: \(Self.order)")
        }
    }
}
