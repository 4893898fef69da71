import Foundation

@testable import HTTPCore

/// The inputs of a run. `FUZZ_INPUTS` is their number; `TEST_SEED` and `FUZZ_FIRST` reproduce those of another run, since
/// each input has its own seed. A crash names no input: narrow `FUZZ_FIRST` and `FUZZ_INPUTS` to find it.
enum FuzzRun {
    static let seed = number("TEST_SEED") ?? .random(in: 0 ... .max)
    static let first = number("FUZZ_FIRST") ?? 0
    static let count = number("FUZZ_INPUTS") ?? 20_000
    /// A run stops after this many findings.
    static let highestFindings = 20

    static var words: String { "fuzz: TEST_SEED=\(seed) FUZZ_FIRST=\(first) FUZZ_INPUTS=\(count)" }

    static func random(_ index: UInt64) -> SplitMix {
        var scatter = SplitMix(seed: seed)
        return SplitMix(seed: scatter.next() &+ index &* 0x9E37_79B9_7F4A_7C15)
    }

    /// Yields the thread to other tests now and then, because there are only as many threads as cores.
    static func yield(_ index: UInt64) async {
        if index % 32 == 0 { await Task.yield() }
    }

    private static func number(_ name: String) -> UInt64? {
        ProcessInfo.processInfo.environment[name].flatMap(UInt64.init)
    }
}
