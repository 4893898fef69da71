import Domain
import HTTPTypes
import Testing
import UseCases

@testable import HTTPCore

@Suite("Product routes")
struct ProductEndpointTests {
    private static let shown = """
        {"id":"\(Samples.productText)","sku":"LAPTOP-001","name":"Laptop","base_price":"19.99","description":"Thin",\
        "attributes":{"color":"grey"},"archived":false,"created_at":"\(Samples.instantText)",\
        "updated_at":"\(Samples.instantText)"}
        """

    @Test("a new product is 201 with its location and its body")
    func create() async throws {
        var ports = TestPorts()
        ports.createProduct = { draft in
            #expect(
                draft
                    == ProductDraft(
                        sku: Samples.sku("A/1"),
                        name: "Laptop",
                        basePrice: Money(hundredths: 10_000),
                        description: "Two\nlines",
                        attributes: #"{"a":[1.50,{"b":null}]}"#
                    )
            )
            return Samples.product
        }
        try await withAPI(ports) { api in
            let answer = try await api.post(
                "/products",
                #"{"sku":"A/1","name":"Laptop","base_price":1e2,"description":"Two\nlines","#
                    + #""attributes": {"a": [1.50, {"b": null}]}}"#
            )
            #expect(answer.status == 201)
            #expect(answer.headers[.location] == "/api/v1/products/A%2F1")
            #expect(answer.text == Self.shown)
        }
    }

    @Test(
        "prices are exact",
        arguments: [
            ("\"19.99\"", 1_999), ("19.99", 1_999), ("0", 0), ("\"0\"", 0), ("0.1", 10), ("1999e-2", 1_999), ("-0", 0),
            ("\"9999999999.99\"", 999_999_999_999), ("9999999999.99", 999_999_999_999),
        ] as [(String, Int64)]
    )
    func prices(_ text: String, _ hundredths: Int64) async throws {
        var ports = TestPorts()
        ports.createProduct = { draft in
            #expect(draft.basePrice.hundredths == hundredths)
            return Samples.product
        }
        try await withAPI(ports) { api in
            let answer = try await api.post("/products", "{\"sku\":\"A\",\"name\":\"B\",\"base_price\":\(text)}")
            #expect(answer.status == 201)
        }
    }

    @Test(
        "an invalid price is 422",
        arguments: [
            "-1", "\"-1\"", "19.999", "\"19.999\"", "\"1e2\"", "10000000000", "\"abc\"", "\"\"", "1e400", "true",
            "null",
            "[]", "\" 1\"",
        ]
    )
    func badPrices(_ text: String) async throws {
        try await withAPI { api in
            let answer = try await api.post("/products", "{\"sku\":\"A\",\"name\":\"B\",\"base_price\":\(text)}")
            #expect(answer.status == 422)
            #expect(answer.faultyFields == ["base_price"])
        }
    }

    @Test(
        "a bad SKU, name, description or attributes are 422",
        arguments: [
            (#""sku":"..""#, "sku"), (#""sku":"a b""#, "sku"), (#""sku":"é""#, "sku"), (#""sku":"""#, "sku"),
            (#""name":"""#, "name"), (#""name":"a\tb""#, "name"), (#""name":"a\u007fb""#, "name"),
            (#""name":"\#(String(repeating: "é", count: 201))""#, "name"), (#""description":"a\u0000""#, "description"),
            (#""description":7"#, "description"), (#""attributes":[]"#, "attributes"),
            (#""attributes":{"a":"\u0000"}"#, "attributes"), (#""attributes":{"a\u0000":1}"#, "attributes"),
            (#""attributes":{"a":[1e400]}"#, "attributes"), (#""attributes":{"a":1e-400}"#, "attributes"),
            (#""attributes":{"a":"\#(String(repeating: "x", count: 16 << 10))"}"#, "attributes"),
        ]
    )
    func badTexts(_ member: String, _ field: String) async throws {
        try await withAPI { api in
            // The last of two members with one name counts.
            let answer = try await api.post("/products", #"{"sku":"A","name":"B","base_price":1,\#(member)}"#)
            #expect(answer.status == 422)
            #expect(answer.faultyFields == [field])
        }
    }

    @Test("a SKU that is taken is 409")
    func taken() async throws {
        var ports = TestPorts()
        ports.createProduct = { _ throws(ServiceFailure) in throw .alreadyExists("SKU A is taken.") }
        try await withAPI(ports) { api in
            let answer = try await api.post("/products", #"{"sku":"A","name":"B","base_price":1}"#)
            #expect(answer.status == 409)
            #expect(answer.code == "already_exists")
        }
    }

    @Test("a product is shown, its SKU decoded once")
    func show() async throws {
        var ports = TestPorts()
        ports.product = { sku in sku.description == "A/1" ? Samples.product : nil }
        try await withAPI(ports) { api throws in
            #expect(try await api.get("/products/A%2F1").text == Self.shown)
            #expect(try await api.get("/products/B").detail == "Unknown SKU: B")
            #expect(try await api.get("/products/A%252F1").detail == "Unknown SKU: A%2F1")
            #expect(try await api.get("/products/a%00%0Ab").detail == "Unknown SKU: a??b")
            #expect(try await api.get("/products/%FF").faultyFields == ["sku"])
            #expect(try await api.get("/products/" + String(repeating: "x", count: 500)).detail?.count == 77)
            #expect(try await api.get("/products/A/1").status == 404)
        }
    }

    @Test("a patch changes what it names; null removes description and attributes and is invalid elsewhere")
    func patch() async throws {
        var ports = TestPorts()
        ports.updateProduct = { _, patch in
            #expect(
                patch == ProductPatch(name: "New", description: .some(nil), attributes: .some(nil), isArchived: true)
            )
            return Samples.product
        }
        try await withAPI(ports) { api in
            let answer = try await api.send(
                .patch,
                "/products/LAPTOP-001",
                #"{"name":"New","description":null,"attributes":null,"archived":true}"#
            )
            #expect(answer.status == 200)
            let refused = try await api.send(
                .patch, "/products/LAPTOP-001", #"{"name":null,"base_price":null,"archived":null}"#)
            #expect(refused.faultyFields == ["name", "base_price", "archived"])
        }
    }

    @Test("an empty patch is a read, a patch of an unknown product is 404")
    func emptyPatch() async throws {
        var ports = TestPorts()
        ports.product = { _ in Samples.product }
        ports.updateProduct = { _, _ in nil }
        try await withAPI(ports) { api in
            #expect(try await api.send(.patch, "/products/A", "{}").status == 200)
            #expect(try await api.send(.patch, "/products/A", #"{"archived":false}"#).detail == "Unknown SKU: A")
            let faults = try await api.send(.patch, "/products/A", #"{"archived":"no","name":""}"#)
            #expect(Set(faults.faultyFields) == ["archived", "name"])
        }
    }

    @Test("a list applies its filters and returns the next cursor")
    func list() async throws {
        var ports = TestPorts()
        ports.products = { search, archived, page in
            #expect(search == "thin laptop")
            #expect(archived == false)
            #expect(page == PageRequest(limit: 2, cursor: Cursor(["A"])))
            return Page(items: [Samples.product], next: Cursor(["LAPTOP-001"]))
        }
        try await withAPI(ports) { api in
            let cursor = Cursor(["A"]).token
            let answer = try await api.get("/products?search=thin+laptop&archived=false&limit=2&cursor=\(cursor)")
            #expect(answer.text == #"{"items":[\#(Self.shown)],"next_cursor":"\#(Cursor(["LAPTOP-001"]).token)"}"#)
        }
    }
}
