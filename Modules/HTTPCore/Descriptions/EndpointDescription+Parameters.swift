import UseCases

extension EndpointDescription.Parameter {
    /// `limit` and `cursor`, which every list takes.
    package static let page: [Self] = [
        .query("limit", .integer(PageLimits.allowed).standard(PageLimits.standard), "How many items at most."),
        .query("cursor", .string(0...Cursor.highestTokenCount), "`next_cursor` of the page before."),
    ]

    package static let ifNoneMatch = Self.header(
        "If-None-Match",
        .text.example("\"7\""),
        "Entity tags that the caller has; 304 when one of them is current."
    )

    /// Taken by every POST, PUT, PATCH and DELETE.
    package static let idempotencyKey = Self.header(
        "Idempotency-Key",
        .string(1...255, pattern: #"^[\x21-\x7E]+$"#),
        "The same key with the same request has one effect and one answer, for 24 hours."
    )
}
