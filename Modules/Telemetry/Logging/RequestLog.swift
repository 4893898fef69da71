public import Logging

/// Logs one line per request, in exactly the form of `LineLogHandler`.
///
/// At ten thousand requests a second the general path (a sorted dictionary of metadata and one system call per line)
/// took an eighth of a request's time. This path appends bytes to a buffer and leaves the write to `LogWriter.enqueue`.
public struct RequestLog: Sendable {
    private let label: String
    private let format: LogFormat
    private let writer: LogWriter
    private let isOn: Bool
    private let now: @Sendable () -> LogTime

    /// - Parameter level: the minimum level that is logged; a request is `info`.
    public init(
        label: String, format: LogFormat, level: Logger.Level = .info, writer: LogWriter = .standardError
    ) {
        self.init(label: label, format: format, level: level, writer: writer, now: LogTime.now)
    }

    init(
        label: String, format: LogFormat, level: Logger.Level = .info, writer: LogWriter,
        now: @escaping @Sendable () -> LogTime
    ) {
        self.label = label
        self.format = format
        self.writer = writer
        isOn = level <= .info
        self.now = now
    }

    /// - Parameters:
    ///   - route: the path's template; `unmatched` if there is none.
    ///   - bytes: the length of the response body.
    ///   - nanoseconds: from the complete request head to the response.
    public func write(
        method: String, route: String, status: Int, bytes: Int, nanoseconds: Int64, requestID: String, traceID: String
    ) {
        guard isOn else { return }
        let time = now()
        writer.enqueue { line in
            switch format {
            case .text:
                line.append(time)
                line += " info "
                line.append(word: label)
                line += " request bytes="
                line.append(decimal: bytes)
                line += " duration_ms="
                line.append(milliseconds: nanoseconds)
                line += " method="
                line.append(word: method)
                line += " request_id="
                line.append(word: requestID)
                line += " route="
                line.append(word: route)
                line += " status="
                line.append(decimal: status)
                line += " trace_id="
                line.append(word: traceID)
            case .json:
                line += "{\"time\":\""
                line.append(time)
                line += "\",\"level\":\"info\",\"label\":"
                line.append(quoted: label)
                line += ",\"message\":\"request\",\"bytes\":\""
                line.append(decimal: bytes)
                line += "\",\"duration_ms\":\""
                line.append(milliseconds: nanoseconds)
                line += "\",\"method\":"
                line.append(quoted: method)
                line += ",\"request_id\":"
                line.append(quoted: requestID)
                line += ",\"route\":"
                line.append(quoted: route)
                line += ",\"status\":\""
                line.append(decimal: status)
                line += "\",\"trace_id\":"
                line.append(quoted: traceID)
                line += "}"
            }
        }
    }
}
