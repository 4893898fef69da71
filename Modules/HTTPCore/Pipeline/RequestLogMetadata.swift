package import HTTPTypes
package import Logging

/// What every log line of a request carries, so that they are found together.
package struct RequestLogMetadata: Sendable {
    /// In the answer too.
    package let requestID: String
    package let traceID: String

    package init(_ headers: HTTPFields) {
        requestID = RequestID.of(headers)
        traceID = TraceID.of(headers)
    }

    /// A log line's metadata with the marks.
    package func marking(_ metadata: Logger.Metadata = [:]) -> Logger.Metadata {
        var marked = metadata
        marked["request_id"] = .string(requestID)
        marked["trace_id"] = .string(traceID)
        return marked
    }
}
