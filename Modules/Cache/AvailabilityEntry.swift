import Domain
import UseCases

/// The stored form of a product's availability: one value, so that one MGET reads many products.
///
/// It is a header (version 0), the epoch and the SKU; then for each warehouse a bar, its id, a header with the record's
/// version, the quantity in decimal, a space and the warehouse's code. A line with a tombstone ends after its header.
/// An entry of kind `partial` or `unread` has no SKU, and its epoch means nothing: its lines wait for a reader's fill.
enum AvailabilityEntry {
    /// Starts a line; no code contains it.
    static let bar = UInt8(ascii: "|")

    /// The part of a line after the warehouse's id.
    static func encode(_ line: ProductAvailability.Line) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(64)
        EntryHeader(version: line.version, kind: .line).write(to: &bytes)
        bytes.append(contentsOf: "\(line.quantityAvailable) \(line.warehouseCode)".utf8)
        return bytes
    }

    /// The line for a record.
    static func line(of record: InventoryRecord) -> ProductAvailability.Line {
        ProductAvailability.Line(
            warehouseID: record.key.warehouse, warehouseCode: record.reference.warehouseCode,
            quantityAvailable: record.quantityAvailable, version: record.version)
    }

    /// Decodes an entry into values.
    /// - Returns: nil unless the entry is complete, of this epoch, without tombstones and exactly of this form.
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

    /// Like `decode`, for readers that only format the lines: it keeps the bytes and makes no values.
    static func lines(_ bytes: [UInt8], product: ProductID, epoch: [UInt8]) -> (any AvailabilityLines)? {
        var sum: Int64 = 0
        var isSorted = true
        let isValid = bytes.withUnsafeBytes { bytes in
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
        guard isValid else { return nil }
        // A new warehouse comes last until the next fill.
        return isSorted
            ? StoredAvailability(quantityAvailable: sum, bytes: bytes) : decode(bytes, product: product, epoch: epoch)
    }
}

/// A valid entry with sorted lines.
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
