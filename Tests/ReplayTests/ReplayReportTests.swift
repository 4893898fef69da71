import ArgumentParser
import Basics
import Foundation
import Synchronization
import Testing

@testable import Replay

@Suite("Reports and progress of a replay")
struct ReplayReportTests {
    private func report() -> ReplayReport {
        var state = ReplayTally.State()
        state.counts.reserved = 3
        state.counts.confirmed = 2
        state.counts.unitsConfirmed = 9
        state.counts.failed = 1
        state.counts.requests = 100
        state.counts.serverErrors = 4
        state.latencies.reserve.record(.milliseconds(12))
        state.failures = ["order x: reserve: 500"]
        return ReplayReport(
            .complete,
            state,
            ReplayReport.Course(orders: 3, loadSeconds: 1.5, replaySeconds: 2, requestsBeforeReplay: 40)
        )
    }

    @Test("JSON is one object in snake case")
    func json() throws {
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(report().json.utf8)) as? [String: Any]
        )
        #expect(object["ending"] as? String == "complete")
        #expect(object["clean"] as? Bool == false)
        #expect(object["units_confirmed"] as? Int == 9)
        #expect(object["responses_5xx"] as? Int == 4)
        #expect(object["requests_per_second"] as? Double == 30)
        let latencies = try #require(object["latency_ms"] as? [String: [String: Double]])
        #expect(latencies["reserve"]?["p50"] == 12)
        #expect(latencies["release"] == nil)
        let load = try #require(object["load"] as? [String: Any])
        #expect(load["seconds"] as? Double == 1.5)
        #expect(!report().json.contains("\n"))
    }

    @Test("text says the same, and that it is not clean")
    func text() {
        let text = report().text
        #expect(
            text.contains("orders      3 of 3: reserved 3, refused 0, confirmed 2, released 0, skipped 0, failed 1")
        )
        #expect(text.contains("rate        1.5 orders/s, 30.0 requests/s"))
        #expect(text.contains("p50 12.00  p95 12.00  p99 12.00"))
        #expect(text.contains("failed      order x: reserve: 500"))
        #expect(text.hasSuffix("NOT CLEAN   1 failed orders, 4 answers of 5xx"))
    }

    @Test("progress redraws one line on a terminal and prints a line now and then to a log")
    func progress() {
        for isTerminal in [true, false] {
            let recorder = ProgressRecorder()
            let progress = ReplayProgress(
                isTerminal: isTerminal,
                now: { recorder.now },
                write: { recorder.append($0) }
            )
            progress.begin("orders", total: 4)
            progress.advance()
            recorder.pass(.seconds(10))
            progress.advance()
            progress.advance()
            progress.end()
            let expected =
                isTerminal
                ? "\rorders: 2/4, 0/s\u{1B}[K\rorders: 3/4, 0/s\u{1B}[K\n" : "orders: 2/4, 0/s\norders: 3/4, 0/s\n"
            #expect(recorder.text == expected)
        }
    }

    @Test("options have defaults, and an invalid one is named in one line")
    func options() throws {
        let files = ["--products", "p", "--warehouses", "w", "--stock", "s", "--orders", "o"]
        func parse(_ more: String...) throws -> ReplayOptions { try ReplayArguments.parse(files + more).options() }

        let options = try parse("--url", "http://a:1/", "--url", "https://b", "--limit", "7")
        #expect(options.urls == ["http://a:1", "https://b"])
        #expect(options.concurrency == 32)
        #expect(options.confirmRatio == 0.9)
        #expect(options.limit == 7)
        #expect(throws: ReplayFailure(.badOption, "--url: at least one is needed")) { try parse() }
        let url = ["--url", "http://a"]
        #expect(throws: ReplayFailure(.badOption, "--concurrency: 1025 is not 1 ... 1024")) {
            try ReplayArguments.parse(files + url + ["--concurrency", "1025"]).options()
        }
        #expect(throws: ReplayFailure(.badOption, "--confirm-ratio: 1.5 is not 0 ... 1")) {
            try ReplayArguments.parse(files + url + ["--confirm-ratio", "1.5"]).options()
        }
        for bad in [
            ["--confirm-ratio", "nan"], ["--limit", "0"], ["--key", "a b"], ["--url", "ftp://x"], ["--url", "http://"],
        ] {
            #expect(throws: ReplayFailure.self) { try ReplayArguments.parse(files + url + bad).options() }
        }
    }
}

/// The output and the clock of a progress line.
private final class ProgressRecorder: Sendable {
    private let output = Mutex("")
    private let instant = Mutex(ContinuousClock.now)

    var text: String { output.withLock(\.self) }
    var now: ContinuousClock.Instant { instant.withLock(\.self) }

    func append(_ text: String) { output.withLock { $0 += text } }
    func pass(_ duration: Duration) { instant.withLock { $0 += duration } }
}
