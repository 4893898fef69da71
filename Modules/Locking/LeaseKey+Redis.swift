import Domain
import UseCases

extension LeaseKey {
    /// `inventory_lock:{inventory_id}` (flows.md, flow 1); a record without an id goes by product and warehouse.
    static let lockPrefix = "inventory_lock:"
    static let waitingPrefix = "inventory_lock_waiting:"
    /// Is there while a waiting mark may be.
    static let waitingSign = "inventory_lock_waiting"

    /// What comes after the prefix in the key's name.
    var redisName: String {
        switch self {
        case .record(let id): id.description
        case .notYetCreated(let key): "\(key.product):\(key.warehouse)"
        }
    }
}
