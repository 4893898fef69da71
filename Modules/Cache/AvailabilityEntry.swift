import Domain
import UseCases

/// A product's availability as it is stored: a hash with a field for each warehouse's id, holding the header, the quantity
/// in decimal, a blank and the warehouse's code; and the mark of completeness, holding a header, the epoch and the SKU.
enum AvailabilityEntry {
    static let completeField = "complete"

    static func encode(_ line: ProductAvailability.Line) -> [UInt8] {
        var bytes = EntryHeader(version: line.version, kind: .line).bytes
        bytes.append(contentsOf: "\(line.quantityAvailable) \(line.warehouseCode)".utf8)
        return bytes
    }

    /// The line that a record makes.
    static func line(of record: InventoryRecord) -> ProductAvailability.Line {
        ProductAvailability.Line(
            warehouseID: record.key.warehouse, warehouseCode: record.reference.warehouseCode,
            quantityAvailable: record.quantityAvailable, version: record.version)
    }

    /// - Parameter fields: the hash, names and values by turns.
    /// - Returns: nil unless the hash is complete, of this epoch, without tombstones and exactly of this form.
    static func decode(_ fields: [[UInt8]], product: ProductID, epoch: [UInt8]) -> ProductAvailability? {
        guard fields.count.isMultiple(of: 2) else { return nil }
        var sku: SKU?
        var lines: [ProductAvailability.Line] = []
        for index in stride(from: 0, to: fields.count, by: 2) {
            guard let name = String(validating: fields[index], as: UTF8.self) else { return nil }
            if name == completeField {
                sku = decodeComplete(fields[index + 1], epoch: epoch)
            } else {
                guard let line = decodeLine(fields[index + 1], warehouse: name) else { return nil }
                lines.append(line)
            }
        }
        guard let sku else { return nil }
        lines.sort { $0.warehouseCode.description < $1.warehouseCode.description }
        return ProductAvailability(product: product, sku: sku, lines: lines)
    }

    private static func decodeComplete(_ bytes: [UInt8], epoch: [UInt8]) -> SKU? {
        guard let header = EntryHeader(reading: bytes), header.kind == .complete else { return nil }
        var reader = ByteReader(bytes: bytes, position: EntryHeader.length)
        guard let storedEpoch = reader.take(CacheEpoch.length), storedEpoch.elementsEqual(epoch) else { return nil }
        return String(validating: reader.rest(), as: UTF8.self).flatMap { SKU($0) }
    }

    private static func decodeLine(_ bytes: [UInt8], warehouse: String) -> ProductAvailability.Line? {
        guard let header = EntryHeader(reading: bytes), header.kind == .line, let id = WarehouseID(warehouse),
            let text = String(validating: bytes[EntryHeader.length...], as: UTF8.self)
        else { return nil }
        let parts = text.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 2, let quantity = Int64(parts[0]), let code = WarehouseCode(String(parts[1])) else {
            return nil
        }
        return ProductAvailability.Line(
            warehouseID: id, warehouseCode: code, quantityAvailable: quantity, version: header.version)
    }
}
