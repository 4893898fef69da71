import HTTPCore

extension EndpointDescription {
    static let reserve = EndpointDescription(
        id: "reserve",
        tag: .reservations,
        body: Sample(
            .body([ReservationBody.order, ReservationBody.items, ReservationBody.seconds]),
            example: """
                {
                  "order_id": "7c9e6679-7425-40de-944b-e07fc1f90ae7",
                  "items": [{"sku": "LAPTOP-001", "warehouse_code": "WH1", "quantity": 2}],
                  "ttl": 600
                }
                """
        ),
        answers: [
            Answer(
                200,
                "Held until `expires_at`; the ids are in the items' order.",
                .object([
                    "reservation_ids": .list(of: .identifier), "status": .constant("reserved"),
                    "order_id": .identifier, "expires_at": .time,
                ]),
                example: """
                    {
                      "reservation_ids": ["01920000-0000-7000-8000-0000000000d1"],
                      "status": "reserved",
                      "order_id": "7c9e6679-7425-40de-944b-e07fc1f90ae7",
                      "expires_at": "2026-11-22T15:10:00.123Z"
                    }
                    """,
                links: ["getOrder", "confirmOrder", "releaseOrder", "extendOrder"].map {
                    Link($0, "order_id", from: "/order_id")
                }
            )
        ],
        problems: [.notFound, .archived, .systemBusy, .insufficientStock]
    )

    static let getOrder = EndpointDescription(
        id: "getOrder",
        tag: .reservations,
        parameters: [order],
        answers: [Answer(200, "The order's reservations.", .reference(.orderState))],
        problems: [.notFound]
    )

    static let confirmOrder = decision("confirmOrder", "confirmed", problems: [.alreadyReleased, .reservationExpired])
    static let releaseOrder = decision("releaseOrder", "released", problems: [.alreadyConfirmed])

    static let extendOrder = EndpointDescription(
        id: "extendOrder",
        tag: .reservations,
        parameters: [order],
        body: Sample(
            .body([ReservationBody.newSeconds]),
            example: #"{"ttl": 600}"#
        ),
        answers: [
            Answer(
                200,
                "Held until `expires_at`.",
                .object(["status": .constant("reserved"), "order_id": .identifier, "expires_at": .time])
            )
        ],
        problems: [.notFound, .systemBusy, .alreadyConfirmed, .alreadyReleased, .reservationExpired]
    )

    private static let order = Parameter.path("order_id", .identifier, "The order that the caller reserved for.")

    private static func decision(_ id: String, _ status: String, problems: [ProblemCode]) -> EndpointDescription {
        EndpointDescription(
            id: id,
            tag: .reservations,
            parameters: [order],
            answers: [
                Answer(
                    200,
                    "Done, now or before.",
                    .object(["status": .constant(status), "order_id": .identifier]),
                    example: #"{"status": "\#(status)", "order_id": "7c9e6679-7425-40de-944b-e07fc1f90ae7"}"#,
                    links: [Link("getOrder", "order_id", from: "/order_id")]
                )
            ],
            problems: [.notFound, .systemBusy] + problems
        )
    }
}
