import HTTPTypes
import Logging

/// What every log line of a request carries, so that they are found together.
struct RequestLogMetadata: Sendable {
    /// In the answer too.
    let requestID: String
    let traceID: String

    init(_ headers: HTTPFields) {
        requestID = RequestID.of(headers)
        traceID = TraceID.of(headers)
    }

    /// A log line's metadata with the marks.
    func marking(_ metadata: Logger.Metadata = [:]) -> Logger.Metadata {
        var marked = metadata
        marked["request_id"] = .string(requestID)
        marked["trace_id"] = .string(traceID)
        return marked
    }
}
