/// Reports and health, as `JSONWriter+Reports` and `HealthReport` write them.
extension SchemaComponent {
    static let summary = SchemaComponent(
        "Summary",
        .object([
            "out_of_stock_count": .countable,
            "low_stock_count": .countable,
            "total_inventory_value": .money,
            "currency": .text,
            "product_count": .countable,
            "inventory_count": .countable,
            "reservations": .object([
                "pending": .countable,
                "pending_units": .countable,
                "attempts": .countable,
                "succeeded": .countable,
                "success_rate": .number.with("minimum", .integer(0)).with("maximum", .integer(1)).orNull
                    .described("null without attempts."),
            ])
            .described("`attempts` are those of the last 24 hours, over all servers."),
            "lock_wait_ms": spread,
            "response_ms": spread,
            "open_alerts": .countable,
        ])
        .described("Every figure is at most 5 seconds old.")
    )

    private static let spread = Schema.object([
        "p50": .number.orNull, "p95": .number.orNull, "p99": .number.orNull,
    ])

    static let health = SchemaComponent(
        "Health",
        .object(
            ["status": .words(["ok", "degraded", "unavailable"])],
            optional: [
                "checks": Schema([
                    "type": .string("object"),
                    "additionalProperties": .object(
                        Schema.object(
                            ["status": .words(["ok", "degraded", "down"]), "latency_ms": .number],
                            optional: ["note": .text]
                        ).json
                    ),
                ])
            ]
        )
    )
}
