import Domain

/// The stored form of a record: the header, the epoch (`CacheScripts` inserts it), the id, six little-endian numbers of
/// eight bytes, and the two codes, each after one byte for its length. The key names product and warehouse.
enum RecordEntry {
    /// - Parameter epoch: empty if it is not known; then the script inserts it after the header.
    static func encode(_ record: InventoryRecord, epoch: [UInt8] = []) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(160)
        EntryHeader(version: record.version, kind: .record).write(to: &bytes)
        bytes.append(contentsOf: epoch)
        append(record.id.high, to: &bytes)
        append(record.id.low, to: &bytes)
        append(UInt64(bitPattern: record.quantityOnHand), to: &bytes)
        append(UInt64(bitPattern: record.quantityReserved), to: &bytes)
        append(UInt64(bitPattern: record.reorderPoint), to: &bytes)
        append(UInt64(bitPattern: record.reorderQuantity), to: &bytes)
        append(UInt64(bitPattern: record.safetyStock), to: &bytes)
        append(UInt64(bitPattern: record.updatedAt.milliseconds), to: &bytes)
        for code in [record.reference.sku.description, record.reference.warehouseCode.description] {
            // A code has at most 64 bytes.
            bytes.append(UInt8(code.utf8.count))
            bytes.append(contentsOf: code.utf8)
        }
        return bytes
    }

    /// - Returns: nil for a tombstone, an entry of another epoch and anything that is not exactly of this form.
    static func decode(_ bytes: [UInt8], key: RecordKey, epoch: [UInt8]) -> InventoryRecord? {
        guard let header = EntryHeader(reading: bytes), header.kind == .record else { return nil }
        var reader = ByteReader(bytes: bytes, position: EntryHeader.length)
        guard let storedEpoch = reader.take(CacheEpoch.length), storedEpoch.elementsEqual(epoch),
            let high = reader.word(), let low = reader.word(),
            let onHand = reader.number(), let reserved = reader.number(), let reorderPoint = reader.number(),
            let reorderQuantity = reader.number(), let safetyStock = reader.number(), let updatedAt = reader.number(),
            let sku = reader.text().flatMap({ SKU($0) }), let code = reader.text().flatMap({ WarehouseCode($0) }),
            reader.isAtEnd
        else { return nil }
        return InventoryRecord(
            id: InventoryID(high: high, low: low),
            reference: RecordReference(key: key, sku: sku, warehouseCode: code),
            quantityOnHand: onHand, quantityReserved: reserved, reorderPoint: reorderPoint,
            reorderQuantity: reorderQuantity, safetyStock: safetyStock, version: header.version,
            updatedAt: Instant(milliseconds: updatedAt))
    }

    private static func append(_ word: UInt64, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
    }
}
