import Domain
import RedisTesting
import Testing
import UseCases

@testable import Cache

@Suite struct EntryTests {
    private let epoch = Array("0123456789abcdef".utf8)

    /// As the script stores it: the epoch behind the header.
    private func stored(_ record: InventoryRecord) -> [UInt8] {
        var bytes = RecordEntry.encode(record)
        bytes.insert(contentsOf: epoch, at: EntryHeader.length)
        return bytes
    }

    @Test func `A record comes back with every field, at the ends of their ranges too`() throws {
        let longest = String(repeating: "x", count: 64)
        let extreme = InventoryRecord(
            id: InventoryID(high: .max, low: .max),
            reference: RecordReference(
                key: key(9, 8), sku: try #require(SKU(longest)), warehouseCode: try #require(WarehouseCode("W"))),
            quantityOnHand: Quantity.highest, quantityReserved: Quantity.highest, reorderPoint: Quantity.highest,
            reorderQuantity: Quantity.highest, safetyStock: Quantity.highest, version: Quantity.highest,
            updatedAt: Instant(milliseconds: .min))
        for record in [record(1, version: 0), record(2, version: 7), extreme] {
            #expect(RecordEntry.decode(stored(record), key: record.key, epoch: epoch) == record)
        }
    }

    @Test func `An entry of another epoch, cut off, prolonged or of another kind is a miss`() {
        let bytes = stored(record(1, version: 5))
        #expect(RecordEntry.decode(bytes, key: key(1), epoch: Array("0123456789abcdee".utf8)) == nil)
        for length in 0..<bytes.count {
            #expect(RecordEntry.decode(Array(bytes[..<length]), key: key(1), epoch: epoch) == nil)
        }
        #expect(RecordEntry.decode(bytes + [0], key: key(1), epoch: epoch) == nil)
        for kind in ["a", "c", "t", "R", "2", "\0"] {
            var other = bytes
            other[16] = kind.utf8.first ?? 0
            #expect(RecordEntry.decode(other, key: key(1), epoch: epoch) == nil)
        }
    }

    @Test func `No bytes whatever crash a decoder`() {
        let seed = SeededGenerator.testSeed()
        print("seed \(seed)")
        var random = SeededGenerator(seed: seed)
        let five = record(1, version: 5)
        let entries = [stored(five), AvailabilityEntry.encode(AvailabilityEntry.line(of: five))]
        for _ in 0..<20_000 {
            var bytes = entries[Int.random(in: 0...1, using: &random)]
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
            }
            _ = RecordEntry.decode(bytes, key: key(1), epoch: epoch)
            let name = Array(key(1).warehouse.description.utf8)
            _ = AvailabilityEntry.decode([name, bytes], product: key(1).product, epoch: epoch)
            _ = AvailabilityEntry.decode([bytes, bytes], product: key(1).product, epoch: epoch)
        }
    }

    @Test func `Availability is served when it is complete, of this epoch and without a tombstone`() {
        let mark = EntryHeader(version: 0, kind: .complete).bytes + epoch + Array("SKU-1".utf8)
        let complete = [Array(AvailabilityEntry.completeField.utf8), mark]
        func line(_ warehouse: Int) -> [[UInt8]] {
            let line = AvailabilityEntry.line(of: record(1, warehouse, version: 4))
            return [Array(line.warehouseID.description.utf8), AvailabilityEntry.encode(line)]
        }
        func decode(_ fields: [[UInt8]], epoch: [UInt8]) -> ProductAvailability? {
            AvailabilityEntry.decode(fields, product: key(1).product, epoch: epoch)
        }
        let expected = availability(1, [record(1, 1, version: 4), record(1, 2, version: 4)])
        #expect(decode(line(2) + complete + line(1), epoch: epoch) == expected)
        #expect(decode(complete, epoch: epoch) == availability(1, []))
        #expect(decode(line(1), epoch: epoch) == nil)
        #expect(decode([], epoch: epoch) == nil)
        #expect(decode(line(1) + complete, epoch: Array(epoch.reversed())) == nil)
        let tombstone = EntryHeader(version: 5, kind: .tombstone).bytes
        #expect(decode(complete + [line(2)[0], tombstone], epoch: epoch) == nil)
    }
}
