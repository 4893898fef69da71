import Domain
import UseCases

extension LeaseKey {
    /// `inventory_lock:{inventory_id}`; for a record that has no id yet, product and warehouse take its place.
    static let lockPrefix = "inventory_lock:"
    /// Names the key of a yield request (see `YieldRequest`).
    static let yieldRequestPrefix = "inventory_lock_waiting:"
    /// Exists while any yield request may exist.
    static let yieldRequestFlag = "inventory_lock_waiting"

    /// The part of the key's name after the prefix.
    var redisName: String {
        switch self {
        case .record(let id): id.description
        case .notYetCreated(let key): "\(key.product):\(key.warehouse)"
        }
    }
}
