public import Logging

/// The two forms of a log line.
public enum LogFormat: String, Sendable, CaseIterable {
    /// `2026-11-22T15:00:00.123Z info api message key=value`
    case text
    /// `{"time":…,"level":…,"label":…,"message":…}` and the metadata as further members
    case json
}

/// Writes a record as one line, whatever its message and metadata hold.
public struct LineLogHandler: LogHandler {
    public var metadata: Logger.Metadata = [:]
    public var metadataProvider: Logger.MetadataProvider?
    public var logLevel: Logger.Level

    private let label: String
    private let format: LogFormat
    private let writer: LogWriter
    private let now: @Sendable () -> LogTime

    /// A handler as a logger's factory makes it.
    public init(
        label: String,
        format: LogFormat = .text,
        level: Logger.Level = .info,
        writer: LogWriter = .standardError,
        metadataProvider: Logger.MetadataProvider? = nil
    ) {
        self.init(
            label: label,
            format: format,
            level: level,
            writer: writer,
            metadataProvider: metadataProvider,
            now: LogTime.now
        )
    }

    init(
        label: String,
        format: LogFormat,
        level: Logger.Level,
        writer: LogWriter,
        metadataProvider: Logger.MetadataProvider? = nil,
        now: @escaping @Sendable () -> LogTime
    ) {
        self.label = label
        self.format = format
        self.logLevel = level
        self.writer = writer
        self.metadataProvider = metadataProvider
        self.now = now
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        let line = LogLine(
            time: now(),
            level: event.level.rawValue,
            label: label,
            message: event.message.description,
            metadata: allMetadata(of: event)
        )
        switch format {
        case .text: writer.write(line.text)
        case .json: writer.write(line.json)
        }
    }

    /// What is nearer to the record wins: the record's, then the provider's, then the logger's.
    private func allMetadata(of event: LogEvent) -> Logger.Metadata {
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { $1 } }
        if let own = event.metadata { all.merge(own) { $1 } }
        if let error = event.error, all["error"] == nil { all["error"] = .string("\(error)") }
        return all
    }
}

extension LineLogHandler {
    /// Makes this the handler of every logger that is created from now on. Call once, before the first logger.
    ///
    /// Also makes the process ignore SIGPIPE, so that a reader of the log that goes away does not end the program.
    public static func bootstrap(format: LogFormat, level: Logger.Level, writer: LogWriter = .standardError) {
        ignoreBrokenPipes()
        LoggingSystem.bootstrap(
            { label, provider in
                LineLogHandler(label: label, format: format, level: level, writer: writer, metadataProvider: provider)
            },
            metadataProvider: nil
        )
    }
}
