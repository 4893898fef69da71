import Domain
import TestSupport
import Testing

/// The suggested quantity is the smallest multiple of the reorder quantity that lifts available above the reorder
/// point.
struct SuggestedQuantityTests {
    private let reference = MachineFixture(products: 1, warehouses: 1).records[0]

    private func record(onHand: Int64, reserved: Int64, point: Int64, quantity: Int64) -> InventoryRecord {
        InventoryRecord(
            id: InventoryID(high: 0, low: 1), reference: reference, quantityOnHand: onHand, quantityReserved: reserved,
            reorderPoint: point, reorderQuantity: quantity, updatedAt: Instant(milliseconds: 0))
    }

    @Test("small figures equal the result of counting up")
    func small() {
        for available in Int64(0)...12 {
            for point in Int64(0)...12 {
                for quantity in Int64(1)...9 {
                    var expected: Int64 = 0
                    if available <= point {
                        repeat { expected += quantity } while available + expected <= point
                    }
                    let record = record(onHand: available + 3, reserved: 3, point: point, quantity: quantity)
                    #expect(record.suggestedQuantity == expected, "\(available) \(point) \(quantity)")
                    #expect(record.isLowStock == (available <= point))
                }
            }
        }
    }

    @Test("large figures match the definition and do not trap")
    func large() {
        var random = SeededRandom()
        let highest = Quantity.highest
        let edges: [Int64] = [0, 1, 2, highest / 2, highest - 1, highest]
        var cases = edges.flatMap { onHand in edges.flatMap { point in edges.map { (onHand, point, max(1, $0)) } } }
        for _ in 0..<2_000 {
            cases.append(
                (
                    .random(in: 0...highest, using: &random), .random(in: 0...highest, using: &random),
                    .random(in: 1...highest, using: &random)
                ))
        }
        for (onHand, point, quantity) in cases {
            let reserved = random.pick([0, onHand / 2, onHand])
            let suggested = record(onHand: onHand, reserved: reserved, point: point, quantity: quantity)
                .suggestedQuantity
            let available = onHand - reserved
            guard available <= point else {
                #expect(suggested == 0, "seed \(random.seed)")
                continue
            }
            #expect(suggested > 0 && suggested % quantity == 0, "seed \(random.seed)")
            #expect(available + suggested > point, "seed \(random.seed): \(onHand) \(point) \(quantity)")
            #expect(available + suggested - quantity <= point, "seed \(random.seed): one less is not enough")
        }
    }
}
