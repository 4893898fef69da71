public import Logging

/// The two forms of a log line.
public enum LogFormat: String, Sendable, CaseIterable {
    /// `2026-11-22T15:00:00.123Z info api message key=value`
    case text
    /// `{"time":…,"level":…,"label":…,"message":…}` and the metadata as further members
    case json
}

/// Writes each record as exactly one line, whatever its message and metadata hold.
public struct LineLogHandler: LogHandler {
    public var metadata: Logger.Metadata = [:]
    public var metadataProvider: Logger.MetadataProvider?
    public var logLevel: Logger.Level

    private let label: String
    private let format: LogFormat
    private let writer: LogWriter
    private let now: @Sendable () -> LogTime

    /// For a logger's factory.
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

    /// On equal keys the record's metadata wins over the provider's, and that over the logger's.
    private func allMetadata(of event: LogEvent) -> Logger.Metadata {
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { $1 } }
        if let own = event.metadata { all.merge(own) { $1 } }
        if let error = event.error, all["error"] == nil { all["error"] = .string("\(error)") }
        return all
    }
}

extension LineLogHandler {
    /// Installs this handler for every logger created from now on. Call it once, before the first logger.
    ///
    /// It also makes the process ignore SIGPIPE, so that the log's reader can go away without ending the program.
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
