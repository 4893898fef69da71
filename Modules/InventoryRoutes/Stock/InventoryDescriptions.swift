import Domain
import HTTPCore

extension EndpointDescription {
    static let listInventory = EndpointDescription(
        id: "listInventory",
        tag: .stock,
        parameters: [
            .query("sku", .sku.orEmpty, "Only this product's."),
            .query("warehouse_code", .warehouseCode.orEmpty, "Only this warehouse's."),
            .query("low_stock", .boolean, "Only those that are, or are not, at or below their reorder point."),
            .query("out_of_stock", .boolean, "Only those that have, or do not have, nothing available."),
        ] + Parameter.page,
        answers: [
            Answer(200, "A page of records.", .page(of: .inventoryRecord), links: Link.toRecord(at: "/items/0/id"))
        ]
    )

    static let listLowStock = EndpointDescription(
        id: "listLowStock",
        tag: .stock,
        parameters: [.query("warehouse_code", .warehouseCode.orEmpty, "Only this warehouse's.")] + Parameter.page,
        answers: [Answer(200, "A page of low records.", .page(of: .lowStockLine))]
    )

    static let getInventory = EndpointDescription(
        id: "getInventory",
        tag: .stock,
        parameters: [.path("id", .identifier, "Of the record."), .ifNoneMatch],
        answers: [
            Answer(200, "The record.", .reference(.inventoryRecord), headers: [.entityTag, .cacheControl]),
            Answer(304, "The caller has the current version.", headers: [.entityTag, .cacheControl]),
        ],
        problems: [.notFound]
    )

    static let listTransactions = EndpointDescription(
        id: "listTransactions",
        tag: .stock,
        parameters: [
            .path("id", .identifier, "Of the record."),
            .query("type", .words(of: LedgerEntry.Kind.self).orEmpty, "Only rows of this type."),
            .query("from", .time.orEmpty, "Only rows at this time or after it."),
            .query("to", .time.orEmpty, "Only rows before this time."),
        ] + Parameter.page,
        answers: [Answer(200, "A page of the ledger.", .page(of: .transaction))],
        problems: [.notFound]
    )

    static let getInventoryAt = EndpointDescription(
        id: "getInventoryAt",
        tag: .stock,
        parameters: [
            .path("id", .identifier, "Of the record."),
            .query("time", .time, isRequired: true, "The moment that is asked about."),
        ],
        answers: [Answer(200, "The figures; zeros before the first row.", .reference(.stockState))],
        problems: [.notFound]
    )

    static let getAvailability = EndpointDescription(
        id: "getAvailability",
        tag: .stock,
        parameters: [
            .query(
                "sku", .list(of: .sku, count: AvailabilityEndpoint.allowedSKUs), isRequired: true, "May be repeated.")
        ],
        answers: [
            Answer(
                200,
                "In the order asked; an unknown SKU has 0 and no warehouses.",
                .object(["items": .list(of: .reference(.availability))])
            )
        ]
    )

    static let setReorderPolicy = EndpointDescription(
        id: "setReorderPolicy",
        tag: .catalogue,
        parameters: [
            .path("sku", .sku, "A `/` inside is `%2F`."), .path("warehouse_code", .warehouseCode, "As `sku`."),
        ],
        body: Sample(
            .body([
                ReorderPolicyEndpoint.reorderPoint, ReorderPolicyEndpoint.reorderQuantity,
                ReorderPolicyEndpoint.safetyStock,
            ]),
            example: #"{"reorder_point": 10, "reorder_quantity": 25}"#
        ),
        answers: [
            Answer(
                200,
                "The record, changed.",
                .reference(.inventoryRecord),
                headers: [.entityTag],
                links: Link.toRecord(at: "/id")
            ),
            Answer(
                201,
                "The record, created at 0 on hand.",
                .reference(.inventoryRecord),
                headers: [.entityTag, .location],
                links: Link.toRecord(at: "/id")
            ),
        ],
        problems: [.notFound, .systemBusy]
    )
}

extension EndpointDescription.Link {
    /// The operations that take a record's id.
    static func toRecord(at pointer: String) -> [Self] {
        ["getInventory", "listTransactions", "getInventoryAt"].map { Self($0, "id", from: pointer) }
    }
}
