import Logging
import Synchronization

@testable import HTTPCore

/// Records log lines: level, message and metadata, one text per line.
struct RecordingLog: LogHandler {
    final class Lines: Sendable {
        private let texts = Mutex<[String]>([])

        var all: [String] { texts.withLock { $0 } }

        func append(_ text: String) {
            texts.withLock { $0.append(text) }
        }
    }

    let lines = Lines()
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let pairs = (event.metadata ?? [:]).map { "\($0.key)=\($0.value)" }.sorted()
        lines.append("\(event.level) \(event.message) \(pairs.joined(separator: " "))")
    }
}
