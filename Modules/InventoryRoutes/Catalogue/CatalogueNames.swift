import Domain
import HTTPCore
import UseCases

/// Codes in a path. A malformed code is 404, like an unknown one: neither names anything.
extension APIRequest {
    func sku(_ name: String = "sku") throws(Problem) -> SKU {
        guard let sku = SKU(parameters[name]) else { throw .unknownSKU(parameters[name]) }
        return sku
    }

    func warehouseCode(_ name: String = "warehouse_code") throws(Problem) -> WarehouseCode {
        guard let code = WarehouseCode(parameters[name]) else { throw .unknownWarehouse(parameters[name]) }
        return code
    }
}

extension Problem {
    static func unknownSKU(_ sku: String) -> Problem { unknown("Unknown SKU", sku) }
    static func unknownWarehouse(_ code: String) -> Problem { unknown("Unknown warehouse", code) }
}
