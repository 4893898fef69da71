import HTTPCore
import JSON
import UseCases

extension EndpointDescription {
    static let getSummary = EndpointDescription(
        id: "getSummary",
        tag: .reports,
        answers: [Answer(200, "The figures.", .reference(.summary))]
    )

    static let getTopMovers = EndpointDescription(
        id: "getTopMovers",
        tag: .reports,
        parameters: [
            .query(
                "days",
                .integer(ReportLimits.days).standard(ReportLimits.topMoverDays).orEmpty,
                "How far back, in days of 24 hours."
            ),
            .query("limit", .integer(PageLimits.allowed).standard(ReportLimits.topMovers).orEmpty, "How many at most."),
        ],
        answers: [
            Answer(
                200,
                "The products with the most ledger rows, most first, ties by SKU.",
                .object(["items": .list(of: .reference(.topMover))])
            )
        ]
    )

    static let getTurnover = EndpointDescription(
        id: "getTurnover",
        tag: .reports,
        parameters: [
            .query(
                "days",
                .integer(ReportLimits.days).standard(ReportLimits.standardDays).orEmpty,
                "How far back, in calendar days of UTC, today included."
            )
        ] + Parameter.page,
        answers: [Answer(200, "The figures of all, and a page of products by SKU.", .reference(.turnoverReport))]
    )

    static let getMovements = EndpointDescription(
        id: "getMovements",
        tag: .reports,
        parameters: [
            .query(
                "days",
                .integer(ReportLimits.days).standard(ReportLimits.standardDays).orEmpty,
                "How far back, today included; with hours \(ReportLimits.hourlyDays.upperBound) at most."
            ),
            .query(
                "bucket", .words(of: MovementBucket.self).with("default", .string("day")).orEmpty,
                "An hour or a day of UTC."),
        ],
        answers: [
            Answer(
                200,
                "The buckets, oldest first, empty ones included.",
                .object(["items": .list(of: .reference(.movement))])
            )
        ]
    )
}
