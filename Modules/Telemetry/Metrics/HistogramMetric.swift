internal import Metrics
internal import Synchronization

/// Counts values in buckets with fixed bounds.
final class HistogramMetric: TimerHandler, RecorderHandler {
    /// 100 µs to 10 s in five steps per decade, so quantiles are accurate to about a fifth.
    static let seconds: [Double] = [
        0.0001, 0.0002, 0.0003, 0.0005, 0.0007, 0.001, 0.002, 0.003, 0.005, 0.007, 0.01, 0.02, 0.03, 0.05, 0.07, 0.1,
        0.2, 0.3, 0.5, 0.7, 1, 2, 3, 5, 7, 10,
    ]
    /// For sizes of batches, queues and bodies.
    static let sizes: [Double] = [
        1, 2, 3, 5, 7, 10, 20, 30, 50, 70, 100, 200, 300, 500, 700, 1_000, 2_000, 5_000, 10_000, 100_000, 1_000_000,
    ]

    private struct State {
        /// One per bound, and one for values above all bounds.
        var counts: [Int64]
        var sum = 0.0
    }

    private let bounds: [Double]
    private let state: Mutex<State>

    init(bounds: [Double]) {
        self.bounds = bounds
        state = Mutex(State(counts: Array(repeating: 0, count: bounds.count + 1)))
    }

    var distribution: Distribution {
        let state = state.withLock { $0 }
        return Distribution(bounds: bounds, counts: state.counts, sum: state.sum)
    }

    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        guard value.isFinite else { return }
        var low = 0
        var high = bounds.count
        // The first bound that is not below the value, because Prometheus' bounds are inclusive.
        while low < high {
            let middle = (low + high) / 2
            if bounds[middle] < value { low = middle + 1 } else { high = middle }
        }
        state.withLock { state in
            state.counts[low] += 1
            state.sum += value
        }
    }

    func recordNanoseconds(_ duration: Int64) {
        record(Double(max(0, duration)) / 1_000_000_000)
    }
}
