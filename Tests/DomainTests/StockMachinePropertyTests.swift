import Domain
import TestSupport
import Testing

/// Random batches over few records: the machine's results and states equal those of `ReferenceStock`.
struct StockMachinePropertyTests {
    @Test("thousands of random commands have the same results and states as the reference", arguments: 1...6)
    func sameAsReference(_ round: Int) {
        let seed = SeededRandom().seed &+ UInt64(round)
        print("stock machine property, round \(round): TEST_SEED=\(seed &- UInt64(round))")
        let fixture = MachineFixture(products: 2, warehouses: round.isMultiple(of: 2) ? 2 : 3)
        var counts: [String: Int] = [:]
        // Start over many times, because many cases occur only while a record or an order is new.
        for stock in 0..<20 {
            var run = MachineRun(records: fixture.records, seed: seed &+ UInt64(stock) &* 7_919)
            for batch in 0..<30 {
                run.runBatch()
                guard run.faults.isEmpty else {
                    let faults = run.faults.prefix(3).joined(separator: "\n")
                    Issue.record("seed \(seed), stock \(stock), batch \(batch): \(faults)")
                    return
                }
            }
            counts.merge(run.counts, uniquingKeysWith: +)
        }
        let sorted = counts.sorted { $0.value > $1.value }.map { "\($0.key) \($0.value)" }
        print("stock machine property, round \(round): \(sorted.joined(separator: ", "))")
        #expect(counts.values.reduce(0, +) > 3_000, "seed \(seed)")
        for kind in ["reserved", "confirmed", "short", "batch", "expired", "(slice)", "(records)", "extended"] {
            // Even the rarest occurs about twenty times in a round.
            #expect(counts[kind] ?? 0 >= 2, "seed \(seed): \(kind) was hardly tried")
        }
    }
}
