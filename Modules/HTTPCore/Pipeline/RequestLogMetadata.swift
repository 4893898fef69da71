import HTTPTypes
import Logging

/// The ids that every log line of a request carries.
struct RequestLogMetadata: Sendable {
    /// Also sent in the response.
    let requestID: String
    let traceID: String

    init(_ headers: HTTPFields) {
        requestID = RequestID.of(headers)
        traceID = TraceID.of(headers)
    }

    /// Adds the ids to the metadata of a log line.
    func adding(to metadata: Logger.Metadata = [:]) -> Logger.Metadata {
        var merged = metadata
        merged["request_id"] = .string(requestID)
        merged["trace_id"] = .string(traceID)
        return merged
    }
}
