import HTTPCore
import UseCases

extension EndpointDescription {
    static func tableImport(_ name: String) -> EndpointDescription {
        let example =
            switch name {
            case "products": "sku,name,base_price,description\r\nLAPTOP-001,Laptop,999.00,14 inches\r\n"
            case "warehouses": "code,name,priority\r\nWH1,Main warehouse,0\r\n"
            default:
                "sku,warehouse_code,quantity_on_hand,reorder_point,reorder_quantity\r\nLAPTOP-001,WH1,100,10,50\r\n"
            }
        return EndpointDescription(
            id: "import\(name.prefix(1).uppercased())\(name.dropFirst())",
            tag: .catalogue,
            parameters: [
                .query("dry_run", .boolean, "Finds every fault and counts, but changes nothing.")
            ],
            body: Sample(
                .text.described(
                    "A table with a header line, 64 MiB at most: columns in any order, others are passed over. Commas, "
                        + "semicolons or tabs; quotes as in RFC 4180; a byte order mark may stand before it."),
                example: example, mediaType: "text/csv"),
            answers: [
                Answer(
                    200, "All rows are in; with `dry_run`, they could be.", .reference(.importSummary),
                    example: """
                        {"rows": 1, "created": 1, "updated": 0, "unchanged": 0, "dry_run": false, "errors": []}
                        """)
            ],
            problems: [.systemBusy, .idempotencyInProgress]
        )
    }

    static func tableExport(_ name: String, _ columns: [String]) -> EndpointDescription {
        EndpointDescription(
            id: "export\(name.prefix(1).uppercased())\(name.dropFirst())",
            tag: .catalogue,
            answers: [
                Answer(
                    200, "The table, sent while it is read: \(columns.map { "`\($0)`" }.joined(separator: ", ")).",
                    .text,
                    example: columns.joined(separator: ",") + "\r\n", mediaType: "text/csv",
                    headers: [.contentDisposition])
            ]
        )
    }
}

extension SchemaComponent {
    static let importSummary = SchemaComponent(
        "ImportSummary",
        .object([
            "rows": .integer(), "created": .integer(),
            "updated": .integer().described("Known ones that were changed."),
            "unchanged": .integer().described("Known ones that were as the table says."), "dry_run": .boolean,
            "errors": .list(of: .text, count: 0...0).described("Empty: faults are a 422."),
        ])
    )
}
