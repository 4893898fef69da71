import Testing

/// What has happened in a random test, to be shown with what went wrong.
final class SimulationTrace {
    private let seed: UInt64
    private var lines: [String] = []

    init(seed: UInt64) {
        self.seed = seed
    }

    func note(_ line: String) { lines.append(line) }

    func expect(_ condition: Bool, _ what: @autoclosure () -> String) {
        guard !condition else { return }
        Issue.record("\(what()); seed \(seed); \(lines.suffix(30).joined(separator: " | "))")
    }
}
