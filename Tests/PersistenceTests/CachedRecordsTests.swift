import Domain
import TestSupport
import Testing

@testable import PostgresDirectory

struct CachedRecordsTests {
    private func id(_ number: Int) -> InventoryID { InventoryID(high: 7, low: UInt64(number)) }

    private func key(_ number: Int) -> RecordKey {
        RecordKey(product: ProductID(high: 1, low: UInt64(number)), warehouse: WarehouseID(high: 2, low: 0))
    }

    @Test("an entry survives at least half the limit of further entries", arguments: [1, 2, 3, 8, 9])
    func bounded(limit: Int) {
        var records = CachedRecords(limit: limit)
        for number in 0..<50 {
            records.learn(id(number), key(number))
            let known = (0...number).filter { records[id($0)] != nil }
            #expect(known.count <= max(2, limit))
            let kept = max(1, min(limit / 2, number + 1))
            #expect(known.suffix(kept) == Array((number - kept + 1)...number)[...])
            #expect(known.allSatisfy { records[id($0)] == key($0) && records[key($0)] == id($0) })
        }
    }

    @Test("ids and keys stay paired, as in a plain dictionary, through all learning and forgetting")
    func random() {
        var random = SeededRandom()
        print("cached records: TEST_SEED=\(random.seed)")
        // All entries fit, so that none is evicted.
        var records = CachedRecords(limit: 200)
        var model: [InventoryID: RecordKey] = [:]
        for _ in 0..<5_000 {
            let (id, key) = (id(.random(in: 0..<12, using: &random)), key(.random(in: 0..<12, using: &random)))
            model = model.filter { $0.key != id && $0.value != key }
            if Int.random(in: 0..<3, using: &random) == 0 {
                records.forget(id, key)
            } else {
                records.learn(id, key)
                model[id] = key
            }
            for number in 0..<12 {
                #expect(records[self.id(number)] == model[self.id(number)], "seed \(random.seed)")
                let owner = model.first { $0.value == self.key(number) }?.key
                #expect(records[self.key(number)] == owner, "seed \(random.seed)")
            }
        }
    }
}
