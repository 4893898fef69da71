import Domain
import RedisClient

/// The names of keys.
enum CacheKeys {
    static let epoch = "inventory_cache_epoch"
    /// Is there while readers' fills are refused.
    static let quarantine = "inventory_cache_quarantine"

    /// `inventory:{product_id}:{warehouse_id}` (flows.md, *Redis Caching*).
    static func record(_ key: RecordKey) -> String {
        "\(recordPrefix)\(key.product):\(key.warehouse)"
    }

    /// The number is that of the form: what another release keeps in another form is never read as this one.
    static func availability(_ product: ProductID) -> String {
        "\(availabilityPrefix)\(product)"
    }

    private static let recordPrefix = "inventory:"
    private static let availabilityPrefix = "availability2:"

    // MARK: As arguments, without a string in between

    static func append(_ key: RecordKey, to command: inout RedisCommand) {
        command.append { bytes in
            bytes.append(contentsOf: recordPrefix.utf8)
            key.product.withText { bytes.append(contentsOf: $0) }
            bytes.append(UInt8(ascii: ":"))
            key.warehouse.withText { bytes.append(contentsOf: $0) }
        }
    }

    static func append(availability product: ProductID, to command: inout RedisCommand) {
        command.append { bytes in
            bytes.append(contentsOf: availabilityPrefix.utf8)
            product.withText { bytes.append(contentsOf: $0) }
        }
    }

    /// What a warehouse's line in `AvailabilityEntry` begins with.
    static func append(line warehouse: WarehouseID, to command: inout RedisCommand) {
        command.append { bytes in
            bytes.append(AvailabilityEntry.bar)
            warehouse.withText { bytes.append(contentsOf: $0) }
        }
    }
}
