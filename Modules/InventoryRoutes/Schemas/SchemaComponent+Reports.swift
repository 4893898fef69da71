import HTTPCore
import JSON

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
                "pending_units": .integer(0...Int64.max),
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

    static let topMover = SchemaComponent(
        "TopMover",
        .object(["sku": .sku, "name": .name, "transaction_count": .integer(0...Int64.max), "units_out": .units])
    )

    static let turnoverReport = SchemaComponent(
        "TurnoverReport",
        .object([
            "days": .integer(ReportLimits.days),
            "total": .object(turnoverFigures).described("Over all products."),
            "items": .list(of: .reference(.turnover)),
            "next_cursor": Schema.text.orNull.described("The next page's `cursor`; null on the last page."),
        ])
    )

    static let turnover = SchemaComponent(
        "Turnover",
        .object([
            "sku": .sku, "name": .name, "units_out": .units, "value_out": .money, "average_on_hand": average,
            "turnover": rate, "days_of_cover": cover,
        ])
    )

    private static let turnoverFigures: KeyValuePairs<String, Schema> = [
        "units_out": .units, "value_out": .money, "average_on_hand": average, "turnover": rate, "days_of_cover": cover,
    ]
    private static let average = Schema.number.described("The mean of the daily closing balances.")
    private static let rate = Schema.number.orNull
        .described("`units_out` by `average_on_hand`; null when nothing was on hand.")
    private static let cover = Schema.number.orNull
        .described("Days that what is on hand lasts at this rate; null when nothing went out.")

    static let movement = SchemaComponent(
        "Movement",
        .object([
            "bucket_start": .time,
            "units_in": Schema.units.described("Received and returned."),
            "units_out": Schema.units.described("Shipped and confirmed."),
            "units_adjusted": Schema.units.described("Adjustments, added with their signs."),
        ])
        .described("Transfers are in none of them.")
    )

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

extension Schema {
    /// A sum of quantities.
    fileprivate static let units = integer()
}
