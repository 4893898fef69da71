import Basics
import Synchronization

/// Shared counters for all tasks of a run. Each count takes a short lock; a call takes a thousand times longer.
final class ReplayTally: Sendable {
    struct State: Equatable, Sendable {
        var counts = ReplayCounts()
        var latencies = LatencyHistograms()
        var failures: [String] = []
        var failuresInRow = 0
    }

    /// Failures listed with their reason; the rest are only counted.
    static let maximumFailuresListed = 5

    private let state = Mutex(State())

    init() {}

    var snapshot: State { state.withLock(\.self) }

    func count(_ body: (inout ReplayCounts) -> Void) {
        state.withLock { body(&$0.counts) }
    }

    func note(_ histogram: WritableKeyPath<LatencyHistograms, LatencyHistogram>, _ duration: Duration) {
        state.withLock { $0.latencies[keyPath: histogram].record(duration) }
    }

    /// Counts an order that has ended. Returns the number of consecutive failures.
    func settle(_ order: CheckoutOrder, _ outcome: Checkout.Outcome) -> Int {
        state.withLock { state in
            var failuresInRow = 0
            switch outcome {
            case .known: state.counts.skipped += 1
            case .refused: state.counts.refused += 1
            case .confirmed:
                state.counts.confirmed += 1
                state.counts.linesConfirmed += order.lines.count
                state.counts.unitsConfirmed += order.units
            case .released: state.counts.released += 1
            case .failed(let reason):
                state.counts.failed += 1
                failuresInRow = state.failuresInRow + 1
                if state.failures.count < Self.maximumFailuresListed { state.failures.append(reason) }
            }
            state.failuresInRow = failuresInRow
            return failuresInRow
        }
    }
}
