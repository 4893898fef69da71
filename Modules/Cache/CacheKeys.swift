import Domain
import RedisClient

/// The names of keys.
enum CacheKeys {
    static let epoch = "inventory_cache_epoch"
    /// Exists while readers' fills are refused.
    static let quarantine = "inventory_cache_quarantine"

    /// `inventory:{product_id}:{warehouse_id}`.
    static func record(_ key: RecordKey) -> String {
        "\(recordPrefix)\(key.product):\(key.warehouse)"
    }

    /// The prefix contains the number of the stored form, so that a release never reads another release's form.
    static func availability(_ product: ProductID) -> String {
        "\(availabilityPrefix)\(product)"
    }

    private static let recordPrefix = "inventory:"
    private static let availabilityPrefix = "availability2:"

    // MARK: As arguments, without a string

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

    /// The start of a warehouse's line in `AvailabilityEntry`.
    static func append(line warehouse: WarehouseID, to command: inout RedisCommand) {
        command.append { bytes in
            bytes.append(AvailabilityEntry.bar)
            warehouse.withText { bytes.append(contentsOf: $0) }
        }
    }
}
