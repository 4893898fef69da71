import HTTPCore

extension ProblemCode {
    /// What the code means to a caller, for the documentation.
    var meaning: String {
        switch self {
        case .insufficientStock: "Fewer units are available than were asked for. Nothing was changed."
        case .malformedRequest:
            "The body is not JSON, the cursor is not one of this list's, or the request is not HTTP."
        case .unauthorized: "No API key or token, or one that is unknown, expired, revoked or not genuine."
        case .forbidden: "The caller's scope does not allow this; `required_scope` would."
        case .notFound: "What was named does not exist; `detail` says what."
        case .methodNotAllowed: "The path exists but does not take this method; `Allow` has those it takes."
        case .payloadTooLarge: "The body is larger than the route takes."
        case .unsupportedMediaType: "The body is of another type than the route reads."
        case .concurrencyConflict: "`expected_version` is not the record's current one. Read it again and retry."
        case .reservationExpired: "A reservation of the order had expired before it was confirmed or extended."
        case .alreadyConfirmed: "The order is confirmed and cannot be released or extended any more."
        case .alreadyReleased: "The order was released and cannot be confirmed or extended any more."
        case .archived: "An archived product or warehouse takes no receipts and no reservations."
        case .alreadyExists: "A SKU, a code or another unique value is taken."
        case .alreadyDecided: "The suggestion was decided another way before."
        case .validationFailed: "Fields are missing, of a wrong type or out of range; `errors` has all of them."
        case .idempotencyInProgress: "The first request with this `Idempotency-Key` has not finished. Ask again later."
        case .idempotencyKeyReused: "The `Idempotency-Key` was sent before with another request."
        case .rateLimited: "The caller has spent what it may; `Retry-After` says when to come again."
        case .systemBusy: "A lock or a place in the queue was not to be had in time. Nothing was changed; retry."
        case .unavailable: "The database cannot be reached. Whether a write took place is not known."
        case .internalError: "A fault of the server's. The log line with the same `request_id` has the cause."
        }
    }
}
