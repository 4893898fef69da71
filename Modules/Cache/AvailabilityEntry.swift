import Domain
import UseCases

/// A product's availability as it is stored, all of it in one value, so that one MGET answers for many products.
///
/// The header (version 0), the epoch and the SKU; then for each warehouse a bar, its id, a header with the record's
/// version, the quantity in decimal, a blank and the warehouse's code. A line with a tombstone ends behind its header.
/// What is partial or unread has no SKU and its epoch counts for nothing: its lines wait for a reader's fill.
enum AvailabilityEntry {
    /// Begins a line; no code has one.
    static let bar = UInt8(ascii: "|")

    /// A line behind its warehouse's id.
    static func encode(_ line: ProductAvailability.Line) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(64)
        EntryHeader(version: line.version, kind: .line).write(to: &bytes)
        bytes.append(contentsOf: "\(line.quantityAvailable) \(line.warehouseCode)".utf8)
        return bytes
    }

    /// The line that a record makes.
    static func line(of record: InventoryRecord) -> ProductAvailability.Line {
        ProductAvailability.Line(
            warehouseID: record.key.warehouse, warehouseCode: record.reference.warehouseCode,
            quantityAvailable: record.quantityAvailable, version: record.version)
    }

    /// The values in it.
    /// - Returns: nil unless it is complete, of this epoch, without tombstones and exactly of this form.
    static func decode(_ bytes: [UInt8], product: ProductID, epoch: [UInt8]) -> ProductAvailability? {
        bytes.withUnsafeBytes { bytes in
            guard var scanner = AvailabilityScanner(bytes, epoch: epoch),
                let sku = String(validating: scanner.sku, as: UTF8.self).flatMap({ SKU($0) })
            else { return nil }
            var lines: [ProductAvailability.Line] = []
            while let line = scanner.next() {
                guard let header = EntryHeader(reading: line.header),
                    let warehouse = WarehouseID(String(decoding: line.warehouse, as: UTF8.self)),
                    let code = WarehouseCode(String(decoding: line.code, as: UTF8.self))
                else { return nil }
                lines.append(
                    ProductAvailability.Line(
                        warehouseID: warehouse, warehouseCode: code, quantityAvailable: line.quantity,
                        version: header.version))
            }
            guard scanner.isAtEnd else { return nil }
            lines.sort { $0.warehouseCode.description < $1.warehouseCode.description }
            return ProductAvailability(product: product, sku: sku, lines: lines)
        }
    }

    /// The same for those who only write it down.
    static func lines(_ bytes: [UInt8], product: ProductID, epoch: [UInt8]) -> (any AvailabilityLines)? {
        var sum: Int64 = 0
        var isSorted = true
        let isWhole = bytes.withUnsafeBytes { bytes in
            guard var scanner = AvailabilityScanner(bytes, epoch: epoch) else { return false }
            var last: UnsafeRawBufferPointer?
            while let line = scanner.next() {
                let (total, overflow) = sum.addingReportingOverflow(line.quantity)
                sum = overflow ? .max : total
                if let last, !last.lexicographicallyPrecedes(line.code) { isSorted = false }
                last = line.code
            }
            return scanner.isAtEnd
        }
        guard isWhole else { return nil }
        // A warehouse that is new stands last until the next fill.
        return isSorted
            ? StoredAvailability(quantityAvailable: sum, bytes: bytes) : decode(bytes, product: product, epoch: epoch)
    }
}

/// An entry that was found to be good, and whose lines are in order.
private struct StoredAvailability: AvailabilityLines {
    let quantityAvailable: Int64
    let bytes: [UInt8]

    func forEachLine(_ body: (_ code: UnsafeRawBufferPointer, _ quantityAvailable: Int64) -> Void) {
        bytes.withUnsafeBytes { bytes in
            var scanner = AvailabilityScanner(bytes)
            while let line = scanner.next() { body(line.code, line.quantity) }
        }
    }
}
