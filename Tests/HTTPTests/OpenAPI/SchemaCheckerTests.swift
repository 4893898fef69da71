import Testing

@testable import HTTPCore
@testable import InventoryRoutes
@testable import JSON
@testable import OpenAPI

@Suite("The tests' schema checker")
struct SchemaCheckerTests {
    private let checker = SchemaChecker(OpenAPIDocument(makeAPI()))

    @Test(
        "it sees what does not fit",
        arguments: [
            (Schema.integer(1...5), "6", false), (.integer(1...5), "5.0", true), (.integer(1...5), "1.5", false),
            (.integer(1...5), "\"1\"", false), (.sku, "\"..\"", false), (.sku, "\"...\"", true), (.sku, "\".a\"", true),
            (.identifier, "\"x\"", false), (.identifier.orNull, "null", true), (.identifier, "null", false),
            (.time, "\"2026-11-22T15:00:00Z\"", true), (.time, "\"today\"", false), (.price, "19.99", true),
            (.price, "19.999", false), (.price, "\"1.234\"", false), (.words(["a"]).orNull, "null", true),
            (.words(["a"]), "\"b\"", false), (.object(["a": .boolean]), #"{"a":true}"#, true),
            (.object(["a": .boolean]), "{}", false), (.object(["a": .boolean]), #"{"a":true,"b":1}"#, false),
            (.list(of: .boolean, count: 1...1), "[true]", true), (.list(of: .boolean, count: 1...1), "[]", false),
            (.list(of: .boolean), "[1]", false), (MovementBody.change.schema, "0", false),
            (MovementBody.change.schema, "-1", true),
            (Schema(["contains": .bool(true)]), "[]", false), (.reference(.problem), "{}", false),
        ] as [(Schema, String, Bool)]
    )
    func fits(_ schema: Schema, _ text: String, _ fits: Bool) throws {
        let value = try JSONReader.read(Array(text.utf8))
        #expect(checker.faults(value, .object(schema.json)).isEmpty == fits)
    }
}
