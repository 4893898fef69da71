package import HTTPTypes

/// The error codes of the API, which client programs branch on; `/docs#errors` explains each.
package enum ProblemCode: String, CaseIterable, Sendable {
    case insufficientStock = "insufficient_stock"
    case malformedRequest = "malformed_request"
    case unauthorized
    case forbidden
    case notFound = "not_found"
    case methodNotAllowed = "method_not_allowed"
    case payloadTooLarge = "payload_too_large"
    case unsupportedMediaType = "unsupported_media_type"
    case concurrencyConflict = "concurrency_conflict"
    case reservationExpired = "reservation_expired"
    case alreadyConfirmed = "already_confirmed"
    case alreadyReleased = "already_released"
    case archived
    case alreadyExists = "already_exists"
    case alreadyDecided = "already_decided"
    case validationFailed = "validation_failed"
    case idempotencyInProgress = "idempotency_in_progress"
    case idempotencyKeyReused = "idempotency_key_reused"
    case rateLimited = "rate_limited"
    case systemBusy = "system_busy"
    case unavailable
    /// A fault of the server; the log has its cause.
    case internalError = "internal_error"

    package var status: HTTPResponse.Status {
        switch self {
        case .insufficientStock, .malformedRequest: .badRequest
        case .unauthorized: .unauthorized
        case .forbidden: .forbidden
        case .notFound: .notFound
        case .methodNotAllowed: .methodNotAllowed
        case .payloadTooLarge: .contentTooLarge
        case .unsupportedMediaType: .unsupportedMediaType
        case .concurrencyConflict, .reservationExpired, .alreadyConfirmed, .alreadyReleased, .archived,
            .alreadyExists, .alreadyDecided, .idempotencyInProgress:
            .conflict
        case .validationFailed, .idempotencyKeyReused: .unprocessableContent
        case .rateLimited: .tooManyRequests
        case .systemBusy, .unavailable: .serviceUnavailable
        case .internalError: .internalServerError
        }
    }

    /// The same for every occurrence (RFC 9457, section 3.1.3).
    package var title: String {
        switch self {
        case .insufficientStock: "Insufficient stock"
        case .malformedRequest: "Malformed request"
        case .unauthorized: "Unauthorized"
        case .forbidden: "Forbidden"
        case .notFound: "Not found"
        case .methodNotAllowed: "Method not allowed"
        case .payloadTooLarge: "Payload too large"
        case .unsupportedMediaType: "Unsupported media type"
        case .concurrencyConflict: "Concurrency conflict"
        case .reservationExpired: "Reservation expired"
        case .alreadyConfirmed: "Already confirmed"
        case .alreadyReleased: "Already released"
        case .archived: "Archived"
        case .alreadyExists: "Already exists"
        case .alreadyDecided: "Already decided"
        case .validationFailed: "Validation failed"
        case .idempotencyInProgress: "Idempotency in progress"
        case .idempotencyKeyReused: "Idempotency key reused"
        case .rateLimited: "Rate limited"
        case .systemBusy: "System busy"
        case .unavailable: "Unavailable"
        case .internalError: "Internal error"
        }
    }

    /// The address of the code's explanation, on this server.
    package var type: String { "/docs#error-\(rawValue)" }
}
