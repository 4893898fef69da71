/// The ways in which units enter or leave one record. A new case needs its rules here, and the compiler or `allCases` finds the
/// other places: ledger, routes, batch operations, their descriptions, counters.
public enum ChangeKind: String, CaseIterable, Sendable {
    case receive
    /// A customer brings units back.
    case `return`
    case ship

    private struct Rules {
        /// 1: units come in; -1: units go out.
        let sign: Int64
        let ledgerKind: LedgerEntry.Kind
        let needsReason: Bool
        /// An archived product or warehouse takes no new units, but those that it has may leave.
        let forbidsArchived: Bool
    }

    private var rules: Rules {
        switch self {
        case .receive: Rules(sign: 1, ledgerKind: .receive, needsReason: false, forbidsArchived: true)
        case .return: Rules(sign: 1, ledgerKind: .return, needsReason: true, forbidsArchived: true)
        case .ship: Rules(sign: -1, ledgerKind: .ship, needsReason: false, forbidsArchived: false)
        }
    }

    /// 1: the units come in; -1: they go out and must be available.
    public var sign: Int64 { rules.sign }
    /// The type of the ledger row that it writes.
    public var ledgerKind: LedgerEntry.Kind { rules.ledgerKind }
    /// Whether the caller must say why.
    public var needsReason: Bool { rules.needsReason }
    /// Whether it is refused for an archived product or warehouse.
    public var forbidsArchived: Bool { rules.forbidsArchived }
}

/// All kinds of movements.
public enum MovementKind: Hashable, Sendable {
    case change(ChangeKind)
    case adjust
    case transfer
}

/// The raw value is the kind's name in routes, batches and metrics.
extension MovementKind: RawRepresentable, CaseIterable {
    public static let allCases: [MovementKind] = ChangeKind.allCases.map(MovementKind.change) + [.adjust, .transfer]

    public var rawValue: String {
        switch self {
        case .change(let kind): kind.rawValue
        case .adjust: "adjust"
        case .transfer: "transfer"
        }
    }

    public init?(rawValue: String) {
        guard let kind = Self.allCases.first(where: { $0.rawValue == rawValue }) else { return nil }
        self = kind
    }
}

extension Movement {
    public var kind: MovementKind {
        switch self {
        case .change(let kind, _): .change(kind)
        case .adjust: .adjust
        case .transfer: .transfer
        }
    }
}
