import Foundation

@testable import HTTPCore

/// Which inputs a run has. `FUZZ_INPUTS` says how many; `TEST_SEED` and `FUZZ_FIRST` bring back those of another run, each
/// of which has a seed of its own. After a crash, which names no input, `FUZZ_FIRST` and `FUZZ_INPUTS` close in on it.
enum FuzzRun {
    static let seed = number("TEST_SEED") ?? .random(in: 0 ... .max)
    static let first = number("FUZZ_FIRST") ?? 0
    static let count = number("FUZZ_INPUTS") ?? 20_000
    /// After so many findings one knows enough.
    static let highestFindings = 20

    static var words: String { "fuzz: TEST_SEED=\(seed) FUZZ_FIRST=\(first) FUZZ_INPUTS=\(count)" }

    static func random(_ index: UInt64) -> SplitMix {
        var scatter = SplitMix(seed: seed)
        return SplitMix(seed: scatter.next() &+ index &* 0x9E37_79B9_7F4A_7C15)
    }

    /// Lets the other tests have the thread now and then: there are as few as cores.
    static func rest(_ index: UInt64) async {
        if index % 32 == 0 { await Task.yield() }
    }

    private static func number(_ name: String) -> UInt64? {
        ProcessInfo.processInfo.environment[name].flatMap(UInt64.init)
    }
}
