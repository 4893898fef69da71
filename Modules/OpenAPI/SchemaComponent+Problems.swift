import HTTPCore
import HTTPTypes
import JSON
import UseCases

/// Errors as `Problem` writes them: one schema per code, so that clients can tell them apart.
extension SchemaComponent {
    static let problem = SchemaComponent(
        "Problem",
        .object([
            "type": .string(format: "uri-reference"), "title": .text, "status": .integer(400...599),
            "detail": .text, "code": .words(of: ProblemCode.self), "request_id": .text,
        ])
        .described("Any error (RFC 9457). `code` is what a program branches on.")
    )

    static func problem(_ code: ProblemCode) -> SchemaComponent {
        var properties: JSONObject = [
            "type": .object(Schema.constant(code.type).json),
            "title": .object(Schema.constant(code.title).json),
            "status": .object(["type": .string("integer"), "const": .integer(Int64(code.status.code))]),
            "detail": .object(Schema.text.json),
            "code": .object(Schema.constant(code.rawValue).json),
            "request_id": .object(Schema.text.json),
        ]
        var required = properties.members.map(\.name)
        for (name, schema) in code.extraMembers {
            properties.append(name, .object(schema.json))
            required.append(name)
        }
        if code.canBlameOperation {
            let index = Schema.integer(0...Int64(MovementRequest.batchCount.upperBound - 1))
            properties.append("index", .object(index.described("Of a batch's operation.").json))
        }
        return SchemaComponent(
            code.schemaName,
            Schema([
                "type": .string("object"),
                "description": .string(code.meaning),
                "properties": .object(properties),
                "required": .array(required.map(JSONValue.string)),
            ])
        )
    }
}

extension ProblemCode {
    /// `InsufficientStockProblem`.
    var schemaName: String {
        rawValue.split(separator: "_").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined() + "Problem"
    }

    /// The members that the code adds to the standard ones.
    var extraMembers: KeyValuePairs<String, Schema> {
        switch self {
        case .insufficientStock:
            [
                "inventory_id": .identifier.orNull.described("null without a record."), "sku": .sku,
                "warehouse_code": .warehouseCode, "available": .integer(), "requested": .integer(),
            ]
        case .forbidden: ["required_scope": .words(of: Scope.self)]
        case .concurrencyConflict: ["current_version": .version]
        case .validationFailed:
            [
                "errors": .list(
                    of: .object(
                        ["field": .text, "message": .text],
                        optional: [
                            "row": .integer().described(
                                "Of an imported table: the line in the file, the header being 1."),
                            "column": .text.orNull.described("Of an imported table; null where the row is at fault."),
                        ])
                ).described("Every fault at once; of a table the first 1,000.")
            ]
        default: [:]
        }
    }

    /// Whether the problem may concern one operation of a batch.
    fileprivate var canBlameOperation: Bool {
        switch self {
        case .insufficientStock, .notFound, .concurrencyConflict, .archived, .validationFailed: true
        default: false
        }
    }
}
