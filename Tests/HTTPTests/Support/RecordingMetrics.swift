import CoreMetrics
import Synchronization
import Testing

@testable import HTTPCore

/// Records the values of timers. Any other kind of metric fails the test.
final class RecordingMetrics: MetricsFactory {
    private let recorded = Mutex<[String: [Int64]]>([:])

    /// Nanoseconds by `label{name=value,…}`.
    var timers: [String: [Int64]] { recorded.withLock { $0 } }

    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        let name = "\(label){\(dimensions.map { "\($0.0)=\($0.1)" }.joined(separator: ","))}"
        return Recorder { [self] duration in
            recorded.withLock { $0[name, default: []].append(duration) }
        }
    }

    func makeCounter(label: String, dimensions _: [(String, String)]) -> any CounterHandler {
        Issue.record("unexpected counter \(label)")
        return NOOPMetricsHandler.instance
    }

    func makeRecorder(label: String, dimensions _: [(String, String)], aggregate _: Bool) -> any RecorderHandler {
        Issue.record("unexpected recorder \(label)")
        return NOOPMetricsHandler.instance
    }

    func destroyCounter(_: any CounterHandler) {}
    func destroyRecorder(_: any RecorderHandler) {}
    func destroyTimer(_: any TimerHandler) {}

    private final class Recorder: TimerHandler {
        private let record: @Sendable (Int64) -> Void

        init(_ record: @escaping @Sendable (Int64) -> Void) {
            self.record = record
        }

        func recordNanoseconds(_ duration: Int64) {
            record(duration)
        }
    }
}
