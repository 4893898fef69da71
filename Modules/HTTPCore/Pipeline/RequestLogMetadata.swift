package import HTTPTypes
package import Logging

/// The ids that every log line of a request carries.
package struct RequestLogMetadata: Sendable {
    /// Also sent in the response.
    package let requestID: String
    package let traceID: String

    package init(_ headers: HTTPFields) {
        requestID = RequestID.of(headers)
        traceID = TraceID.of(headers)
    }

    /// Adds the ids to the metadata of a log line.
    package func adding(to metadata: Logger.Metadata = [:]) -> Logger.Metadata {
        var merged = metadata
        merged["request_id"] = .string(requestID)
        merged["trace_id"] = .string(traceID)
        return merged
    }
}
