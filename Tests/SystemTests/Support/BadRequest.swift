import NIOHTTP1

/// A request that must be refused, and its expected problem.
struct BadRequest: Sendable {
    var name: String
    var method = HTTPMethod.POST
    var path = "/api/v1/inventory/receive"
    var bytes: [UInt8]?
    var headers: HTTPHeaders = [:]
    var status = 422
    var code = "validation_failed"
    /// A field that must be among the reported faults.
    var field: String?

    private init(
        _ name: String, _ method: HTTPMethod = .POST, _ path: String, _ bytes: [UInt8]?, _ status: Int, _ code: String,
        field: String? = nil, headers: HTTPHeaders = [:]
    ) {
        self.name = name
        self.method = method
        self.path = path
        self.bytes = bytes
        self.status = status
        self.code = code
        self.field = field
        self.headers = headers
    }

    // MARK: Bodies

    /// Bodies for `receive`, each valid except for one thing.
    static var bodies: [BadRequest] {
        notJSON.map { name, bytes in
            BadRequest(name, .POST, "/api/v1/inventory/receive", bytes, 400, "malformed_request")
        }
            + wrongFields.map { name, field, text in
                BadRequest(
                    "\(name): \(text.prefix(80))", .POST, "/api/v1/inventory/receive", Array(text.utf8), 422,
                    "validation_failed", field: field)
            } + [
                BadRequest(
                    "2 MiB", .POST, "/api/v1/inventory/receive", Array(repeating: UInt8(ascii: " "), count: 2 << 20),
                    413,
                    "payload_too_large"),
                BadRequest(
                    "wrong content type", .POST, "/api/v1/inventory/receive", Array("sku=A".utf8), 415,
                    "unsupported_media_type", headers: ["Content-Type": "application/x-www-form-urlencoded"]),
                BadRequest(
                    "unknown SKU", .POST, "/api/v1/inventory/receive",
                    Array(#"{"sku":"NONE","warehouse_code":"WH1","quantity":1}"#.utf8), 404, "not_found"),
                BadRequest(
                    "unknown warehouse", .POST, "/api/v1/inventory/receive",
                    Array(#"{"sku":"BAD-1","warehouse_code":"NONE","quantity":1}"#.utf8), 404, "not_found"),
            ]
    }

    private static let notJSON: [(String, [UInt8])] = [
        ("empty body", []),
        ("truncated", Array(#"{"sku":"BAD-1","warehouse_code":"WH1","quan"#.utf8)),
        ("truncated number", Array(#"{"sku":"BAD-1","warehouse_code":"WH1","quantity":1"#.utf8)),
        ("no JSON", Array("hello".utf8)),
        ("two values", Array(#"{"sku":"BAD-1"} {"sku":"BAD-1"}"#.utf8)),
        (
            "invalid UTF-8",
            Array(#"{"sku":""#.utf8) + [0xC3, 0x28] + Array(#"","warehouse_code":"WH1","quantity":1}"#.utf8)
        ),
        ("overlong UTF-8", Array(#"{"sku":""#.utf8) + [0xC0, 0x80] + Array(#""}"#.utf8)),
        ("lone surrogate bytes", Array(#"{"sku":""#.utf8) + [0xED, 0xA0, 0x80] + Array(#""}"#.utf8)),
        ("deep nesting", Array(repeating: UInt8(ascii: "["), count: 200_000)),
        ("deep objects", Array(String(repeating: #"{"a":"#, count: 100_000).utf8)),
        ("not a number", Array(#"{"sku":"BAD-1","warehouse_code":"WH1","quantity":NaN}"#.utf8)),
        ("leading zero", Array(#"{"sku":"BAD-1","warehouse_code":"WH1","quantity":01}"#.utf8)),
        ("bare control character", Array("{\"sku\":\"B\u{1}\",\"warehouse_code\":\"WH1\",\"quantity\":1}".utf8)),
    ]

    private static let wrongFields: [(name: String, field: String, text: String)] =
        [
            "0", "-1", "1000000001", "1.5", "\"5\"", "true", "null", "[]", "{}", "1e400", "-1e400",
            "9223372036854775808",
            "123456789012345678901234567890", "1e-5",
        ].map { ("quantity", "quantity", #"{"sku":"BAD-1","warehouse_code":"WH1","quantity":\#($0)}"#) }
        + [
            "1", "null", "[]", #""""#, #"".""#, #""a b""#, #""A\u0000B""#, #""ä""#,
            "\"\(String(repeating: "x", count: 65))\"",
        ].map { ("sku", "sku", #"{"sku":\#($0),"warehouse_code":"WH1","quantity":1}"#) }
        + [
            ("missing sku", "sku", #"{"warehouse_code":"WH1","quantity":1}"#),
            ("missing code", "warehouse_code", #"{"sku":"BAD-1","quantity":1}"#),
            ("missing quantity", "quantity", #"{"sku":"BAD-1","warehouse_code":"WH1"}"#),
            ("NUL in a reason", "reason", #"{"sku":"BAD-1","warehouse_code":"WH1","quantity":1,"reason":"a\u0000b"}"#),
            ("reason is no text", "reason", #"{"sku":"BAD-1","warehouse_code":"WH1","quantity":1,"reason":7}"#),
            (
                "negative version", "expected_version",
                #"{"sku":"BAD-1","warehouse_code":"WH1","quantity":1,"expected_version":-1}"#
            ),
        ]

    // MARK: Reservations and the other bodies

    static var items: [BadRequest] {
        let good = #"{"sku":"BAD-1","warehouse_code":"WH1","quantity":1}"#
        let order = #""order_id":"11111111-1111-4111-8111-111111111111""#
        func reserve(_ name: String, _ body: String, _ field: String) -> BadRequest {
            BadRequest(
                "reserve, \(name)", .POST, "/api/v1/reservations", Array(body.utf8), 422, "validation_failed",
                field: field)
        }
        func post(_ path: String, _ body: String, _ field: String) -> BadRequest {
            BadRequest(
                "\(path): \(body)", .POST, "/api/v1" + path, Array(body.utf8), 422, "validation_failed", field: field)
        }
        let unknown = "99999999-9999-4999-8999-999999999999"
        return [
            reserve(
                "600 items", "{\(order),\"items\":[\(Array(repeating: good, count: 600).joined(separator: ","))]}",
                "items"),
            reserve("no items", "{\(order),\"items\":[]}", "items"),
            reserve("items is no list", "{\(order),\"items\":{}}", "items"),
            reserve("an item is no object", "{\(order),\"items\":[1]}", "items[0]"),
            reserve("an order that is no UUID", #"{"order_id":"1","items":[\#(good)]}"#, "order_id"),
            reserve("an order that is a number", #"{"order_id":1,"items":[\#(good)]}"#, "order_id"),
            reserve("no order", #"{"items":[\#(good)]}"#, "order_id"),
            reserve("ttl 0", "{\(order),\"items\":[\(good)],\"ttl\":0}", "ttl"),
            reserve("ttl over a week", "{\(order),\"items\":[\(good)],\"ttl\":604801}", "ttl"),
            reserve(
                "an id that is no UUID", "{\(order),\"items\":[{\"inventory_id\":\"x\",\"quantity\":1}]}",
                "items[0].inventory_id"),
            BadRequest(
                "reserve, unknown inventory", .POST, "/api/v1/reservations",
                Array("{\(order),\"items\":[{\"inventory_id\":\"\(unknown)\",\"quantity\":1}]}".utf8), 404, "not_found"),
            BadRequest(
                "confirm, unknown order", .POST, "/api/v1/reservations/\(unknown)/confirm", nil, 404, "not_found"),
            post(
                "/inventory/transfer", #"{"sku":"BAD-1","from_warehouse":"WH1","to_warehouse":"WH1","quantity":1}"#,
                "to_warehouse"),
            post("/inventory/adjust", #"{"sku":"BAD-1","warehouse_code":"WH1","reason":"x"}"#, "quantity_change"),
            post(
                "/inventory/adjust", #"{"sku":"BAD-1","warehouse_code":"WH1","reason":"x","quantity_change":0}"#,
                "quantity_change"),
            post("/inventory/adjust", #"{"sku":"BAD-1","warehouse_code":"WH1","quantity_change":1}"#, "reason"),
            post("/inventory/batch", #"{"operations":[]}"#, "operations"),
            post("/inventory/batch", #"{"operations":[{"type":"steal"}]}"#, "operations[0].type"),
            post("/products", #"{"sku":"P","name":"n","base_price":"1.999"}"#, "base_price"),
            post("/products", #"{"sku":"P","name":"n","base_price":-1}"#, "base_price"),
            post("/products", #"{"sku":"P","name":"","base_price":1}"#, "name"),
        ]
    }

    // MARK: Paths, queries, methods

    static func targets(_ id: String) -> [BadRequest] {
        func get(_ path: String, _ field: String) -> BadRequest {
            BadRequest("GET \(path)", .GET, "/api/v1" + path, nil, 422, "validation_failed", field: field)
        }
        return [
            get("/inventory/not-a-uuid", "id"), get("/inventory/%00", "id"), get("/inventory/\(id)x", "id"),
            get("/reservations/1", "order_id"), get("/inventory?limit=0", "limit"),
            get("/inventory?limit=501", "limit"),
            get("/inventory?limit=abc", "limit"), get("/inventory?limit=99999999999999999999", "limit"),
            get("/inventory?low_stock=maybe", "low_stock"), get("/inventory?sku=a%20b", "sku"),
            get("/inventory?sku=%FF", "sku"), get("/availability", "sku"),
            get("/availability?" + Array(repeating: "sku=A", count: 101).joined(separator: "&"), "sku"),
            get("/inventory/\(id)/at", "time"), get("/inventory/\(id)/at?time=yesterday", "time"),
            get("/inventory/\(id)/at?time=2026-02-30T00:00:00Z", "time"),
            get("/inventory/\(id)/transactions?type=theft", "type"),
            BadRequest("an unknown cursor", .GET, "/api/v1/inventory?cursor=abc", nil, 400, "malformed_request"),
            BadRequest("a cursor of noise", .GET, "/api/v1/inventory?cursor=%00%FF", nil, 400, "malformed_request"),
            BadRequest(
                "unknown record", .GET, "/api/v1/inventory/99999999-9999-4999-8999-999999999999", nil, 404, "not_found"),
            BadRequest("unknown product", .GET, "/api/v1/products/NONE", nil, 404, "not_found"),
            BadRequest("unknown path", .GET, "/api/v1/nothing", nil, 404, "not_found"),
            BadRequest("outside of the base path", .GET, "/inventory", nil, 404, "not_found"),
            BadRequest("GET of receive", .GET, "/api/v1/inventory/receive", nil, 405, "method_not_allowed"),
            BadRequest("DELETE of a record", .DELETE, "/api/v1/inventory/\(id)", nil, 405, "method_not_allowed"),
            BadRequest("PUT of reservations", .PUT, "/api/v1/reservations", [], 405, "method_not_allowed"),
            BadRequest("POST of health", .POST, "/health/live", nil, 405, "method_not_allowed"),
        ]
    }
}
