import Domain
import Metrics
import UseCases

/// Counts commands by what they wanted and what came of it: `inventory_reservations_total` those of orders,
/// `inventory_stock_operations_total` all others.
struct CommandTally {
    private struct Key: Hashable {
        let action: CommandAction
        let outcome: CommandEnd
    }

    private let factory: any MetricsFactory
    /// By the tables below, so they stay few.
    private var counters: [Key: Counter] = [:]

    init(factory: any MetricsFactory = MetricsSystem.factory) {
        self.factory = factory
        // A rate needs a series that was there before the first of its kind.
        for action in CommandAction.all { counters[Key(action: action, outcome: .done)] = counter(action, .done) }
    }

    mutating func count(_ command: Command, _ failure: ServiceFailure?) {
        let key = Key(action: CommandAction(command), outcome: failure.map(CommandEnd.init) ?? .done)
        let counter = counters[key] ?? counter(key.action, key.outcome)
        counters[key] = counter
        counter.increment()
    }

    private func counter(_ action: CommandAction, _ outcome: CommandEnd) -> Counter {
        Counter(
            label: action.isOfOrder ? "inventory_reservations_total" : "inventory_stock_operations_total",
            dimensions: [("action", action.name), ("outcome", outcome.rawValue)], factory: factory)
    }
}

private enum CommandAction: Hashable {
    case reserve, confirm, release, extend, expire
    case move(MovementKind)
    case batch, setPolicy, setStock

    static let all: [CommandAction] =
        [.reserve, .confirm, .release, .extend, .expire] + MovementKind.allCases.map(CommandAction.move)
        + [.batch, .setPolicy, .setStock]

    init(_ command: Command) {
        self =
            switch command {
            case .reserve: .reserve
            case .confirm: .confirm
            case .release: .release
            case .extend: .extend
            case .expire: .expire
            case .move(let movement): .move(movement.kind)
            case .batch: .batch
            case .setPolicy: .setPolicy
            case .setStock: .setStock
            }
    }

    /// The label of the metric.
    var name: String {
        switch self {
        case .reserve: "reserve"
        case .confirm: "confirm"
        case .release: "release"
        case .extend: "extend"
        case .expire: "expire"
        case .move(let kind): kind.rawValue
        case .batch: "batch"
        case .setPolicy: "set_policy"
        case .setStock: "set_stock"
        }
    }

    var isOfOrder: Bool {
        switch self {
        case .reserve, .confirm, .release, .extend, .expire: true
        case .move, .batch, .setPolicy, .setStock: false
        }
    }
}

/// Under the names of the API's problems, where there is one.
private enum CommandEnd: String {
    case done, replayed, archived, unavailable
    case insufficientStock = "insufficient_stock"
    case conflict = "concurrency_conflict"
    case unknown = "not_found"
    case expired = "reservation_expired"
    case confirmed = "already_confirmed"
    case released = "already_released"
    case invalid = "validation_failed"
    case keyReused = "idempotency_key_reused"
    case keyInProgress = "idempotency_in_progress"
    case busy = "system_busy"
    case fault = "internal_error"

    init(_ failure: ServiceFailure) {
        self =
            switch failure {
            case .refused(let refusal): Self(refusal)
            case .operation(_, let failure): Self(failure)
            case .replayed: .replayed
            case .keyReused: .keyReused
            case .keyInProgress: .keyInProgress
            case .systemBusy: .busy
            case .unavailable: .unavailable
            case .notFound: .unknown
            case .invalid: .invalid
            case .invalidRows, .alreadyExists, .alreadyDecided, .badCursor, .internalFault: .fault
            }
    }

    private init(_ refusal: StockRefusal) {
        self =
            switch refusal {
            case .insufficientStock: .insufficientStock
            case .versionConflict: .conflict
            case .archived: .archived
            case .unknownOrder: .unknown
            case .reservationExpired: .expired
            case .alreadyConfirmed: .confirmed
            case .alreadyReleased: .released
            case .quantityTooHigh: .invalid
            case .operation(_, let refusal): Self(refusal)
            }
    }
}
