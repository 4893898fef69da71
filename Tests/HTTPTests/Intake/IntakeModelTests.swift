import Testing

@testable import HTTPCore
@testable import HTTPTransport

@Suite struct IntakeModelTests {
    /// The bytes of each body encode their request and place, so that a misplaced byte is found. `IntakeSimulation` checks
    /// the other invariants.
    @Test func `Whatever happens, each request is begun once, in its order, with its own bytes, and none is stuck`() {
        print("intake: TEST_SEED=\(FuzzRun.seed)")
        var seeds = SplitMix(seed: FuzzRun.seed)
        var (answered, kept, lost) = (0, 0, 0)
        for _ in 0..<2_000 {
            let simulation = IntakeSimulation(seed: seeds.next())
            let steps = Int.random(in: 0...120, using: &seeds)
            for _ in 0..<steps where simulation.closes == 0 { simulation.step() }
            if simulation.closes == 0, steps % 10 == 0 {
                simulation.lose()
                lost += 1
            } else {
                simulation.settle()
                kept += 1
            }
            answered += simulation.answered
        }
        // The test would show nothing if nearly all connections ended at once.
        #expect(answered > 2_000 && kept > 1_500 && lost > 10)
    }
}
