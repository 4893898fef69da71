import Domain
import HTTPCore
import UseCases

extension MovementKind {
    /// What its endpoint does, in one line.
    var summary: String {
        switch self {
        case .change(let kind): kind.words.summary
        case .adjust: "Corrects what is on hand, by a difference or by a count"
        case .transfer: "Moves units from one warehouse to another, in one transaction"
        }
    }
}

extension ChangeKind {
    fileprivate var words: (summary: String, example: String) {
        switch self {
        case .receive:
            (
                "Takes units into a warehouse",
                """
                {"sku": "LAPTOP-001", "warehouse_code": "WH1", "quantity": 50, "reason": "New shipment from supplier"}
                """
            )
        case .return:
            (
                "Takes back units that a customer returns",
                """
                {"sku": "LAPTOP-001", "warehouse_code": "WH1", "quantity": 1, "reason": "wrong size"}
                """
            )
        case .ship:
            (
                "Sends available units out",
                #"{"sku": "LAPTOP-001", "warehouse_code": "WH1", "quantity": 2}"#
            )
        }
    }
}

extension EndpointDescription {
    static func movement(_ kind: MovementKind) -> EndpointDescription {
        switch kind {
        case .change(let change): self.change(change)
        case .adjust: adjust
        case .transfer: transfer
        }
    }

    private static let adjust = EndpointDescription(
        id: "adjustStock",
        tag: .stock,
        body: Sample(
            .oneOf(MovementKind.adjust.forms.map { .reference($0.component) }),
            example: #"{"sku": "LAPTOP-001", "warehouse_code": "WH1", "quantity_change": -1, "reason": "broken"}"#
        ),
        answers: [Answer(200, "What changed.", .reference(.adjustment), links: Link.toRecord(at: "/inventory_id"))],
        problems: [.notFound, .concurrencyConflict, .systemBusy, .insufficientStock]
    )

    private static let transfer = EndpointDescription(
        id: "transferStock",
        tag: .stock,
        body: Sample(
            MovementKind.transfer.forms[0].schema.described("The two warehouses must differ."),
            example: """
                {"sku": "LAPTOP-001", "from_warehouse": "WH1", "to_warehouse": "WH2", "quantity": 10}
                """
        ),
        answers: [
            Answer(
                200,
                "What moved.",
                .reference(.transferred),
                example: """
                    {"status": "success", "sku": "LAPTOP-001", "from": "WH1", "to": "WH2", "quantity": 10,
                     "transaction_ids": ["01920000-0000-7000-8000-0000000000c1", "01920000-0000-7000-8000-0000000000c2"]}
                    """
            )
        ],
        problems: [.notFound, .systemBusy, .insufficientStock]
    )

    static let batch = EndpointDescription(
        id: "moveBatch",
        tag: .stock,
        body: Sample(
            .body([BatchEndpoint.operations]),
            example: """
                {"operations": [
                  {"type": "receive", "sku": "LAPTOP-001", "warehouse_code": "WH1", "quantity": 5},
                  {"type": "transfer", "sku": "LAPTOP-001", "from_warehouse": "WH1", "to_warehouse": "WH2", "quantity": 1}
                ]}
                """
        ),
        answers: [
            Answer(
                200,
                "What each operation did, in their order.",
                .object([
                    "status": .constant("success"),
                    // Any of, because an adjustment has all that a change has.
                    "results": .list(
                        of: .anyOf([.transferred, .adjustment, .stockChange].map(Schema.reference))
                    ),
                ])
            )
        ],
        problems: [.notFound, .archived, .concurrencyConflict, .systemBusy, .insufficientStock]
    )

    private static func change(_ kind: ChangeKind) -> EndpointDescription {
        EndpointDescription(
            id: kind.rawValue + "Stock",
            tag: .stock,
            body: Sample(MovementKind.change(kind).forms[0].schema, example: kind.words.example),
            answers: [
                Answer(200, "What changed.", .reference(.stockChange), links: Link.toRecord(at: "/inventory_id"))
            ],
            problems: [.notFound, .concurrencyConflict, .systemBusy] + (kind.forbidsArchived ? [.archived] : [])
                + (kind.sign < 0 ? [.insufficientStock] : [])
        )
    }
}
