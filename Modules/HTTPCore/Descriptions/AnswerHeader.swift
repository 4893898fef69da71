/// A response header as the OpenAPI description shows it.
package enum AnswerHeader: String, CaseIterable, Sendable {
    case requestID = "X-Request-Id"
    case contentTypeOptions = "X-Content-Type-Options"
    case entityTag = "ETag"
    case cacheControl = "Cache-Control"
    case contentSecurityPolicy = "Content-Security-Policy"
    case contentDisposition = "Content-Disposition"
    case location = "Location"
    case replayed = "Idempotent-Replayed"
    case retryAfter = "Retry-After"
    case allow = "Allow"
    case authenticate = "WWW-Authenticate"

    /// The headers of every response.
    package static let always: [AnswerHeader] = [.requestID, .contentTypeOptions]

    package var schema: Schema {
        switch self {
        case .retryAfter: .integer(0...Int64(Int32.max))
        case .contentTypeOptions: .constant("nosniff")
        case .replayed: .constant("true")
        case .location: .string(format: "uri-reference")
        default: .text
        }
    }

    package var text: String {
        switch self {
        case .requestID: "The caller's id if it was sane, or a new one; it is in every log line of the request."
        case .contentTypeOptions: "The type is not to be guessed."
        case .entityTag: "The version of what is shown, for `If-None-Match`."
        case .cacheControl: "How a copy may be kept."
        case .contentSecurityPolicy: "What the page may load: nothing but its own style."
        case .contentDisposition: "The name of a file to save it as."
        case .location: "Where the new one is."
        case .replayed: "Only when this is the answer to an earlier request with the same `Idempotency-Key`."
        case .retryAfter: "Seconds after which another try is worth while."
        case .allow: "The methods that the path takes."
        case .authenticate: "How to say who asks: `Bearer`."
        }
    }
}

extension ProblemCode {
    /// The headers that this error adds to those of every response.
    package var headers: [AnswerHeader] {
        switch self {
        case .unauthorized: [.authenticate]
        case .methodNotAllowed: [.allow]
        case .rateLimited, .systemBusy, .unavailable: [.retryAfter]
        default: []
        }
    }
}
