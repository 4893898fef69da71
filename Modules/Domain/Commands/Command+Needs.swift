extension Command {
    /// The records that the command names, without duplicates, in the order named. Confirm, release and extend name an
    /// order instead; the store looks up the records of its pending reservations.
    public var records: [RecordReference] {
        switch self {
        case .move(let movement): movement.records
        case .batch(let movements): unique(movements.flatMap(\.records))
        case .reserve(let order):
            order.items.count == 1 ? [order.items[0].record] : unique(order.items.map(\.record))
        case .confirm, .release, .extend: []
        case .setPolicy(let change): [change.record]
        case .setStock(let setting): [setting.record]
        case .expire(let records): unique(records)
        }
    }

    /// An estimate of the work, in record updates. Confirm, release and extend count as 1: how many reservations an
    /// order has is not known in advance.
    public var weight: Int {
        switch self {
        case .move(let movement): movement.records.count
        case .batch(let movements): movements.reduce(0) { $0 + $1.records.count }
        case .reserve(let order): order.items.count
        case .confirm, .release, .extend: 1
        case .setPolicy, .setStock: 1
        case .expire(let records): records.count
        }
    }

    /// The order that a confirm, release or extend names; nil for a command that names its records.
    public var resolvedOrder: OrderID? {
        switch self {
        case .confirm(let order), .release(let order), .extend(let order, _): order
        case .move, .batch, .reserve, .setPolicy, .setStock, .expire: nil
        }
    }

    /// The records whose product and warehouse must not be archived, or the command is refused.
    public var recordsThatMustNotBeArchived: [RecordReference] {
        switch self {
        case .move(let movement): movement.recordThatMustNotBeArchived.map { [$0] } ?? []
        case .batch(let movements): movements.compactMap(\.recordThatMustNotBeArchived)
        case .reserve: records
        // Only a record that does not exist yet is received into; the machine checks that.
        case .setStock(let setting): setting.quantityOnHand > 0 ? [setting.record] : []
        case .confirm, .release, .extend, .setPolicy, .expire: []
        }
    }

    private func unique(_ records: [RecordReference]) -> [RecordReference] {
        var seen = Set<RecordKey>(minimumCapacity: records.count)
        return records.filter { seen.insert($0.key).inserted }
    }
}

extension Movement {
    /// The one record, or the source and the destination of a transfer.
    public var records: [RecordReference] {
        switch self {
        case .change(_, let change): [change.record]
        case .adjust(let adjustment): [adjustment.record]
        case .transfer(let transfer): [transfer.source, transfer.destination]
        }
    }

    /// nil: the movement is possible whatever is archived, or only the machine can tell.
    var recordThatMustNotBeArchived: RecordReference? {
        switch self {
        case .change(let kind, let change): kind.forbidsArchived ? change.record : nil
        case .adjust, .transfer: nil
        }
    }
}
