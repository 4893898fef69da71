import Foundation
import Testing

@testable import Telemetry

@Suite("Process metrics")
struct ProcessMetricsTests {
    private func values() -> [String: Double] {
        let lines = ProcessMetrics.prometheusText().split(separator: "\n").filter { !$0.hasPrefix("#") }
        return Dictionary(
            uniqueKeysWithValues: lines.map { line in
                let parts = line.split(separator: " ")
                return (String(parts[0]), Double(parts[1]) ?? .nan)
            }
        )
    }

    @Test("all six metrics have type and help")
    func names() {
        let lines = ProcessMetrics.prometheusText().split(separator: "\n")
        #expect(
            lines.filter { $0.hasPrefix("# TYPE") } == [
                "# TYPE process_cpu_seconds_total counter", "# TYPE process_resident_memory_bytes gauge",
                "# TYPE process_virtual_memory_bytes gauge", "# TYPE process_start_time_seconds gauge",
                "# TYPE process_open_fds gauge", "# TYPE process_max_fds gauge",
            ]
        )
        #expect(lines.count { $0.hasPrefix("# HELP") } == 6)
        #expect(lines.count == 18)
    }

    @Test("the values are plausible for this process")
    func sane() throws {
        let values = values()
        #expect(try #require(values["process_cpu_seconds_total"]) >= 0)
        #expect(try #require(values["process_resident_memory_bytes"]) > 1_048_576)
        let virtual = try #require(values["process_virtual_memory_bytes"])
        #expect(try virtual > #require(values["process_resident_memory_bytes"]))
        let age = try Date().timeIntervalSince1970 - #require(values["process_start_time_seconds"])
        #expect((-1.0..<3_600).contains(age))
        #expect(try #require(values["process_max_fds"]) >= 64)
        #expect((3...100_000).contains(try #require(values["process_open_fds"])))
        #expect(self.values()["process_start_time_seconds"] == values["process_start_time_seconds"])
    }

    @Test("the program's name may hold anything")
    func statText() throws {
        let rest = "S 1 2 3 4 5 6 7 8 9 10 250 50 0 0 20 0 1 0 1234 4096000 25 0"
        let stat = ProcessStat("42 (a) b) (c) \(rest)", ticksPerSecond: 100, pageBytes: 4_096)
        #expect(stat?.cpuSeconds == 3)
        #expect(stat?.startSecondsSinceBoot == 12.34)
        #expect(stat?.virtualBytes == 4_096_000)
        #expect(stat?.residentBytes == 102_400)
        #expect(ProcessStat("42 (a) S 1 2", ticksPerSecond: 100, pageBytes: 4_096) == nil)
        #expect(ProcessStat("", ticksPerSecond: 100, pageBytes: 4_096) == nil)
    }
}
