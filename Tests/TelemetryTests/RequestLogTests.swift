import Foundation
import Logging
import Testing

@testable import Telemetry

@Suite("The log of requests")
struct RequestLogTests {
    private let time = LogTime(seconds: 1_795_359_600, milliseconds: 7)

    private func written(_ body: (LogWriter) throws -> Void) rethrows -> [Substring] {
        let pipe = Pipe()
        let writer = LogWriter(fileDescriptor: pipe.fileHandleForWriting.fileDescriptor)
        try body(writer)
        writer.flush()
        try? pipe.fileHandleForWriting.close()
        return String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self).split(separator: "\n")
    }

    @Test("a line is identical to a logger's line for the same request", arguments: LogFormat.allCases)
    func sameAsLogger(_ format: LogFormat) {
        let words = ["", "x", "two words", "a=b", "quote\"", "c:\\d", "é", "line\nend", "r-1", "/api/v1/reservations"]
        let numbers: [Int64] = [0, 1, 9, 10, 999, 1_000, 12_345_678, 1_000_000_000, .max]
        let lines = written { writer in
            let log = RequestLog(label: "inventory-api", format: format, writer: writer, now: { [time] in time })
            let logger = Logger(label: "inventory-api") { label in
                LineLogHandler(label: label, format: format, level: .info, writer: writer, now: { [time] in time })
            }
            for (index, number) in numbers.enumerated() {
                let word = words[index % words.count]
                let other = words[(index * 3 + 1) % words.count]
                log.write(
                    method: "GET", route: other, status: 200 + index, bytes: Int(number), nanoseconds: number,
                    requestID: word, traceID: word)
                let microseconds = number / 1_000
                let milliseconds = "\(microseconds / 1_000).\(String(microseconds % 1_000 + 1_000).dropFirst())"
                logger.info(
                    "request",
                    metadata: [
                        "method": "GET", "route": "\(other)", "status": "\(200 + index)", "bytes": "\(number)",
                        "duration_ms": "\(milliseconds)", "request_id": "\(word)", "trace_id": "\(word)",
                    ])
            }
        }
        #expect(lines.count == 2 * numbers.count)
        for index in stride(from: 0, to: lines.count - 1, by: 2) { #expect(lines[index] == lines[index + 1]) }
    }

    @Test("buffered lines precede lines written later, and each second has its own text")
    func order() {
        let lines = written { writer in
            writer.enqueue { $0.append("one") }
            writer.enqueue { $0.append(LogTime(seconds: 0, milliseconds: 1)) }
            writer.enqueue { $0.append(LogTime(seconds: 1, milliseconds: 20)) }
            writer.write("two")
            writer.enqueue { $0.append("three") }
        }
        #expect(lines == ["one", "1970-01-01T00:00:00.001Z", "1970-01-01T00:00:01.020Z", "two", "three"])
    }

    @Test("nothing is written if requests are below the level")
    func level() {
        let lines = written { writer in
            RequestLog(label: "l", format: .text, level: .notice, writer: writer, now: { [time] in time }).write(
                method: "GET", route: "/", status: 200, bytes: 0, nanoseconds: 0, requestID: "r", traceID: "t")
        }
        #expect(lines.isEmpty)
    }

    @Test(
        "while the reader is stalled, lines are buffered up to a limit, the rest is dropped, and the loss is reported")
    func stalled() throws {
        let pipe = Pipe()
        let writer = LogWriter(fileDescriptor: pipe.fileHandleForWriting.fileDescriptor)
        let line = String(repeating: "x", count: 4_000)
        // More than the pipe and the buffer hold together.
        for _ in 0..<400 { writer.enqueue { $0.append(line) } }
        writer.flush()
        _ = pipe.fileHandleForReading.availableData
        writer.write("after")
        try pipe.fileHandleForWriting.close()
        let rest = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        #expect(rest.contains(" lines dropped\nafter\n"))
        // Nothing is appended to an incomplete line.
        #expect(rest.split(separator: "\n").allSatisfy { $0.count <= line.count || $0.hasPrefix("…") })
    }

    @Test("lines of concurrent threads are whole and in each thread's order")
    func threads() {
        let lines = written { writer in
            DispatchQueue.concurrentPerform(iterations: 8) { thread in
                for number in 0..<50 { writer.enqueue { $0.append("\(thread) \(number)") } }
            }
        }
        #expect(lines.count == 400)
        for thread in 0..<8 {
            let own = lines.filter { $0.hasPrefix("\(thread) ") }
            #expect(own == (0..<50).map { "\(thread) \($0)" })
        }
    }
}
