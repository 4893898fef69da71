import Domain
import TestSupport
import Testing

/// Random batches over few records: the machine answers and leaves what the text of api.md says, told twice.
struct StockMachinePropertyTests {
    @Test("thousands of random commands get the answers and leave the states of the reference", arguments: 1...6)
    func sameAsReference(_ round: Int) {
        let seed = SeededRandom().seed &+ UInt64(round)
        print("stock machine property, round \(round): TEST_SEED=\(seed &- UInt64(round))")
        let house = MachineHouse(products: 2, warehouses: round.isMultiple(of: 2) ? 2 : 3)
        var run = MachineRun(records: house.records, seed: seed)
        for batch in 0..<400 {
            run.runBatch()
            guard run.faults.isEmpty else {
                Issue.record("seed \(seed), batch \(batch): \(run.faults.prefix(3).joined(separator: "\n"))")
                return
            }
        }
        print("stock machine property, round \(round): \(run.counts.sorted { $0.value > $1.value })")
        #expect(run.counts.values.reduce(0, +) > 2_000, "seed \(seed)")
        for kind in ["reserved", "confirmed", "short", "batch", "expired", "(slice)", "(records)", "extended"] {
            #expect(run.counts[kind] ?? 0 > 10, "seed \(seed): \(kind) was hardly tried")
        }
    }
}
