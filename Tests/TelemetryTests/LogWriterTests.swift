import Foundation
import Logging
import Testing

@testable import Telemetry

@Suite("The log's writer and handler")
struct LogWriterTests {
    /// The lines written to a pipe while the body ran. The body writes less than a pipe holds.
    private func written(_ body: (LogWriter) throws -> Void) rethrows -> [Substring] {
        let pipe = Pipe()
        try body(LogWriter(fileDescriptor: pipe.fileHandleForWriting.fileDescriptor))
        try? pipe.fileHandleForWriting.close()
        return String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self).split(separator: "\n")
    }

    @Test("a logger's level, metadata, provider and error end up in its lines")
    func handler() {
        let lines = written { writer in
            let provider = Logger.MetadataProvider { ["request": "r1", "who": "provider"] }
            var logger = Logger(label: "api") { label in
                LineLogHandler(
                    label: label,
                    format: .text,
                    level: .notice,
                    writer: writer,
                    metadataProvider: provider,
                    now: { LogTime(seconds: 0, milliseconds: 0) }
                )
            }
            logger[metadataKey: "who"] = "logger"
            logger.info("not this")
            logger.notice("one", metadata: ["n": "1"])
            logger.error("two", metadata: ["who": "record"])
        }
        #expect(
            lines == [
                "1970-01-01T00:00:00.000Z notice api one n=1 request=r1 who=provider",
                "1970-01-01T00:00:00.000Z error api two request=r1 who=record",
            ]
        )
    }

    @Test("lines of concurrent threads do not mix")
    func threads() {
        let lines = written { writer in
            DispatchQueue.concurrentPerform(iterations: 8) { thread in
                for _ in 0..<20 { writer.write(String(repeating: "\(thread)", count: 100)) }
            }
        }
        #expect(lines.count == 160)
        #expect(lines.allSatisfy { $0.count == 100 && Set($0).count == 1 })
    }

    @Test("a stalled reader costs lines instead of time, and the loss is reported")
    func stalled() throws {
        let pipe = Pipe()
        let writer = LogWriter(fileDescriptor: pipe.fileHandleForWriting.fileDescriptor)
        // A pipe holds 64 KiB: the last lines do not fit.
        let clock = ContinuousClock()
        let spent = clock.measure {
            for _ in 0..<20 { writer.write(String(repeating: "x", count: 4_000)) }
        }
        #expect(spent < .seconds(5))
        _ = pipe.fileHandleForReading.availableData
        writer.write("after")
        try pipe.fileHandleForWriting.close()
        let rest = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        #expect(rest.contains(" lines dropped\nafter\n"))
    }

    @Test("a closed pipe causes neither an error nor a signal")
    func brokenPipe() throws {
        ignoreBrokenPipes()
        let pipe = Pipe()
        let writer = LogWriter(fileDescriptor: pipe.fileHandleForWriting.fileDescriptor)
        try pipe.fileHandleForReading.close()
        writer.write("without a reader")
        writer.write("without a reader")
    }
}
