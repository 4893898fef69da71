import Domain
import HTTPCore

extension EndpointDescription {
    static let createWarehouse = EndpointDescription(
        id: "createWarehouse",
        tag: .catalogue,
        body: Sample(
            .object(
                ["code": .warehouseCode, "name": .name],
                optional: ["priority": .integer(Warehouse.priorities).standard(0).orNull]
            ),
            example: #"{"code": "WH1", "name": "North", "priority": 1}"#
        ),
        answers: [
            Answer(
                201,
                "The warehouse.",
                .reference(.warehouse),
                headers: [.location],
                links: [Link("getWarehouse", "code", from: "/code"), Link("updateWarehouse", "code", from: "/code")]
            )
        ],
        problems: [.alreadyExists]
    )

    static let listWarehouses = EndpointDescription(
        id: "listWarehouses",
        tag: .catalogue,
        parameters: Parameter.page,
        answers: [
            Answer(
                200,
                "A page of warehouses.",
                .page(of: .warehouse),
                links: [Link("getWarehouse", "code", from: "/items/0/code")]
            )
        ]
    )

    static let getWarehouse = EndpointDescription(
        id: "getWarehouse",
        tag: .catalogue,
        parameters: [.path("code", .warehouseCode, "A `/` inside is `%2F`.")],
        answers: [Answer(200, "The warehouse.", .reference(.warehouse))],
        problems: [.notFound]
    )

    static let updateWarehouse = EndpointDescription(
        id: "updateWarehouse",
        tag: .catalogue,
        parameters: [.path("code", .warehouseCode, "A `/` inside is `%2F`.")],
        body: Sample(
            .object(
                [:],
                optional: [
                    "name": .name, "priority": .integer(Warehouse.priorities), "archived": .boolean,
                    "alert_recipients": .list(of: .mailAddress, count: WarehouseEndpoints.recipients).orNull,
                ]
            ),
            example: #"{"alert_recipients": ["buyer@example.com"]}"#
        ),
        answers: [
            Answer(
                200,
                "The warehouse as it is now.",
                .reference(.warehouse),
                links: [Link("getWarehouse", "code", from: "/code")]
            )
        ],
        problems: [.notFound]
    )
}

extension Schema {
    /// As `FieldRule.mailAddress` reads it.
    fileprivate static let mailAddress = string(
        TextLimits.mailAddress,
        pattern: #"^[!#-'*+./0-9=?A-Z^_`a-z{|}~$%&-]+@[!#-'*+./0-9=?A-Z^_`a-z{|}~$%&-]+$"#
    )
    .example("buyer@example.com")
}
