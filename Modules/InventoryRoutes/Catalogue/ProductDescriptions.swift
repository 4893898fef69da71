import HTTPCore

extension EndpointDescription {
    static let createProduct = EndpointDescription(
        id: "createProduct",
        tag: .catalogue,
        body: Sample(
            NewProductBody.schema,
            example: #"{"sku": "LAPTOP-001", "name": "Laptop 14\"", "base_price": "999.00"}"#
        ),
        answers: [
            Answer(
                201,
                "The product.",
                .reference(.product),
                headers: [.location],
                links: [Link("getProduct", "sku", from: "/sku"), Link("updateProduct", "sku", from: "/sku")]
            )
        ],
        problems: [.alreadyExists]
    )

    static let listProducts = EndpointDescription(
        id: "listProducts",
        tag: .catalogue,
        parameters: [
            .query("search", .search.orEmpty, "A prefix of the SKU, or words that are all in the name, in any case."),
            .query("archived", .boolean, "Only those that are, or are not, archived."),
        ] + Parameter.page,
        answers: [
            Answer(
                200,
                "A page of products.",
                .page(of: .product),
                links: [Link("getProduct", "sku", from: "/items/0/sku")]
            )
        ]
    )

    static let getProduct = EndpointDescription(
        id: "getProduct",
        tag: .catalogue,
        parameters: [.path("sku", .sku, "A `/` inside is `%2F`.")],
        answers: [Answer(200, "The product.", .reference(.product))],
        problems: [.notFound]
    )

    static let updateProduct = EndpointDescription(
        id: "updateProduct",
        tag: .catalogue,
        parameters: [.path("sku", .sku, "A `/` inside is `%2F`.")],
        body: Sample(
            ProductPatchBody.schema,
            example: #"{"base_price": "949.00"}"#
        ),
        answers: [
            Answer(
                200,
                "The product as it is now.",
                .reference(.product),
                links: [Link("getProduct", "sku", from: "/sku")]
            )
        ],
        problems: [.notFound]
    )
}
