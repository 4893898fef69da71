import Domain
import HTTPCore

extension EndpointDescription {
    static let createWarehouse = EndpointDescription(
        id: "createWarehouse",
        tag: .catalogue,
        body: Sample(
            NewWarehouseBody.schema,
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
            WarehousePatchBody.schema,
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
