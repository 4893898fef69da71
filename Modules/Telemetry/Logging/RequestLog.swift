public import Logging

/// Logs one line a request, in the very form that `LineLogHandler` gives the same record.
///
/// A service writes a line for each of ten thousand requests a second, and the general way (metadata in a dictionary,
/// sorted, a system call a line) took an eighth of a request's time. This one writes bytes behind one another and
/// leaves them to `LogWriter.gather`.
public struct RequestLog: Sendable {
    private let label: String
    private let format: LogFormat
    private let writer: LogWriter
    private let isOn: Bool
    private let now: @Sendable () -> LogTime

    /// - Parameter level: the least that is logged; a request is `info`.
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
    ///   - route: the template of the path; `unmatched` where there is none.
    ///   - bytes: of the answer's body.
    ///   - nanoseconds: from the whole head to the answer.
    public func write(
        method: String, route: String, status: Int, bytes: Int, nanoseconds: Int64, requestID: String, traceID: String
    ) {
        guard isOn else { return }
        let time = now()
        writer.gather { line in
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
