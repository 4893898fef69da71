import Domain
import RedisTesting
import Testing
import UseCases

@testable import Cache

@Suite struct EntryTests {
    private let epoch = Array("0123456789abcdef".utf8)

    /// As the script stores it: the epoch after the header.
    private func stored(_ record: InventoryRecord) -> [UInt8] {
        var bytes = RecordEntry.encode(record)
        bytes.insert(contentsOf: epoch, at: EntryHeader.length)
        return bytes
    }

    @Test func `A record comes back with every field, also at the ends of their ranges`() throws {
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

    @Test func `An entry that is truncated, extended, of another epoch or of another kind is a miss`() {
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

    @Test func `Arbitrary bytes do not crash a decoder`() {
        let seed = SeededGenerator.testSeed()
        print("seed \(seed)")
        var random = SeededGenerator(seed: seed)
        let five = record(1, version: 5)
        let entries = [
            stored(five),
            entry([AvailabilityEntry.line(of: five), AvailabilityEntry.line(of: record(1, 2, version: 9))]),
        ]
        for _ in 0..<20_000 {
            var bytes = entries[Int.random(in: 0...1, using: &random)]
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
            }
            bytes.removeLast(Int.random(in: 0...bytes.count / 8, using: &random))
            _ = RecordEntry.decode(bytes, key: key(1), epoch: epoch)
            let values = AvailabilityEntry.decode(bytes, product: key(1).product, epoch: epoch)
            let lines = AvailabilityEntry.lines(bytes, product: key(1).product, epoch: epoch)
            // Decoding into values also checks the ids and the SKU, and nothing else.
            if let values { #expect(lines.map(text) == text(values)) }
            lines?.forEachLine { code, _ in #expect(CodeBytes.isCode(code)) }
        }
    }

    /// A product's availability as a reader's fill stores it.
    private func entry(_ lines: [ProductAvailability.Line], kind: EntryHeader.Kind = .complete) -> [UInt8] {
        var bytes = EntryHeader(version: 0, kind: kind).bytes + epoch + Array("SKU-1".utf8)
        for line in lines {
            bytes.append(AvailabilityEntry.bar)
            bytes += Array(line.warehouseID.description.utf8) + AvailabilityEntry.encode(line)
        }
        return bytes
    }

    /// The lines as text.
    private func text(_ availability: any AvailabilityLines) -> [String] {
        var lines = ["\(availability.quantityAvailable)"]
        availability.forEachLine { lines.append("\(String(decoding: $0, as: UTF8.self)) \($1)") }
        return lines
    }

    @Test func `Availability is served when it is complete, of this epoch and without a tombstone`() {
        func line(_ warehouse: Int) -> ProductAvailability.Line {
            AvailabilityEntry.line(of: record(1, warehouse, version: 4))
        }
        func decode(_ bytes: [UInt8], epoch: [UInt8]) -> ProductAvailability? {
            let values = AvailabilityEntry.decode(bytes, product: key(1).product, epoch: epoch)
            let lines = AvailabilityEntry.lines(bytes, product: key(1).product, epoch: epoch)
            #expect(lines.map(text) == values.map(text))
            return values
        }
        let expected = availability(1, [record(1, 1, version: 4), record(1, 2, version: 4)])
        #expect(decode(entry([line(1), line(2)]), epoch: epoch) == expected)
        // As after a new warehouse, whose line comes last.
        #expect(decode(entry([line(2), line(1)]), epoch: epoch) == expected)
        #expect(decode(entry([]), epoch: epoch) == availability(1, []))
        #expect(decode(entry([line(1)], kind: .partial), epoch: epoch) == nil)
        #expect(decode(entry([line(1)], kind: .large), epoch: epoch) == nil)
        #expect(decode([], epoch: epoch) == nil)
        #expect(decode(entry([line(1)]), epoch: Array(epoch.reversed())) == nil)
        let tombstone =
            [AvailabilityEntry.bar] + Array(key(1, 2).warehouse.description.utf8)
            + EntryHeader(version: 5, kind: .tombstone).bytes
        #expect(decode(entry([line(1)]) + tombstone, epoch: epoch) == nil)
        let bytes = entry([line(1), line(2)])
        for length in 0..<bytes.count where decode(Array(bytes[..<length]), epoch: epoch) != nil {
            // Cut at a bar it is an entry with fewer warehouses; within the last code or the SKU, with another code or SKU.
            // No script stores such an entry.
            let rest = bytes[length...]
            let isBarNext = rest.prefix(2).contains(AvailabilityEntry.bar)
            #expect(isBarNext || rest.count < 2 || length < 40)
        }
    }

    @Test func `A quantity at the end of its range is formatted, and a sum beyond it saturates`() {
        let lines = (1...1_100).map { number in
            ProductAvailability.Line(
                warehouseID: key(1, number).warehouse,
                warehouseCode: AvailabilityEntry.line(of: record(1, 10_000 + number, version: 1)).warehouseCode,
                quantityAvailable: number == 1 ? -5 : Quantity.highest, version: 1)
        }
        let stored = AvailabilityEntry.lines(entry(lines), product: key(1).product, epoch: epoch)
        #expect(stored?.quantityAvailable == .max)
        #expect(stored.map(text)?[1...2] == ["W10001 -5", "W10002 \(Quantity.highest)"])
    }
}
