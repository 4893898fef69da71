public import Domain

/// One item of a checkout. The caller may name the record in several ways.
public struct ReservationRequestItem: Hashable, Sendable {
    public let name: RecordName
    /// The product that the caller expects behind an inventory id; checked if given.
    public let product: ProductID?
    /// The warehouse that the caller expects behind an inventory id; checked if given.
    public let warehouse: WarehouseID?
    public let quantity: Int64

    public init(name: RecordName, product: ProductID? = nil, warehouse: WarehouseID? = nil, quantity: Int64) {
        self.name = name
        self.product = product
        self.warehouse = warehouse
        self.quantity = quantity
    }
}

/// The use cases of a checkout: reserve, confirm, release, extend.
public final class ReservationService: Sendable {
    private let directory: any RecordDirectory
    private let commands: any CommandStore
    private let queries: any StockQueries
    private let tally: (any AttemptTally)?

    /// - Parameter tally: counts the checkouts that the rules accepted or refused; nil counts nothing.
    public init(
        directory: any RecordDirectory, commands: any CommandStore, queries: any StockQueries,
        tally: (any AttemptTally)? = nil
    ) {
        self.directory = directory
        self.commands = commands
        self.queries = queries
        self.tally = tally
    }

    /// The reservations of a checkout.
    public struct Hold: Hashable, Sendable {
        public let reservations: [ReservationID]
        public let expiresAt: Instant
    }

    /// Reserves units for an order, all items or none.
    /// - Parameters:
    ///   - items: 1 ... 500.
    ///   - seconds: how long the reservations last, 1 ... 604,800.
    /// - Throws: `.invalid` if an item's ids contradict each other; the command throws `.notFound` for unknown names.
    public func reserve(
        order: OrderID, items: [ReservationRequestItem], seconds: Int64, actor: String, once: Once<Outcome>? = nil
    ) throws(ServiceFailure) -> PreparedCommand<Hold> {
        let names = items.map(\.name)
        let source: PreparedCommand<Hold>.Source
        if let references = directory.known(names) {
            source = .ready(try Self.command(order, items, references, seconds))
        } else {
            source = .lookup { [directory] () async throws(ServiceFailure) in
                var references: [RecordReference] = []
                references.reserveCapacity(names.count)
                for resolution in try await directory.resolve(names) {
                    switch resolution {
                    case .unknown(let what): throw .notFound(what)
                    case .found(let reference): references.append(reference)
                    }
                }
                return try Self.command(order, items, references, seconds)
            }
        }
        return PreparedCommand(source, store: commands, actor: actor, once: once) {
            [tally] outcome throws(ServiceFailure) in
            switch outcome {
            case .success: tally?.count(succeeded: true)
            case .failure(.refused): tally?.count(succeeded: false)
            case .failure: break
            }
            guard case .reserved(_, let ids, let expiresAt) = try outcome.get() else {
                throw .internalFault(cause: "a reserve was answered by something else")
            }
            return Hold(reservations: ids, expiresAt: expiresAt)
        }
    }

    private static func command(
        _ order: OrderID, _ items: [ReservationRequestItem], _ references: [RecordReference], _ seconds: Int64
    ) throws(ServiceFailure) -> Command {
        var resolved: [ReserveOrder.Item] = []
        resolved.reserveCapacity(items.count)
        var faults: [FieldFault] = []
        for (index, item) in items.enumerated() {
            let reference = references[index]
            if let product = item.product, product != reference.key.product {
                faults.append(
                    FieldFault(field: "items[\(index)].product_id", message: "does not agree with inventory_id"))
            }
            if let warehouse = item.warehouse, warehouse != reference.key.warehouse {
                faults.append(
                    FieldFault(field: "items[\(index)].warehouse_id", message: "does not agree with inventory_id"))
            }
            resolved.append(ReserveOrder.Item(record: reference, quantity: item.quantity))
        }
        guard faults.isEmpty else { throw .invalid(faults) }
        return .reserve(ReserveOrder(orderID: order, items: resolved, seconds: seconds))
    }

    /// The order was paid: the units of its pending reservations leave the warehouse.
    public func confirm(_ order: OrderID, actor: String, once: Once<Outcome>? = nil) -> PreparedCommand<Void> {
        PreparedCommand(.ready(.confirm(order)), store: commands, actor: actor, once: once) {
            outcome throws(ServiceFailure) in _ = try outcome.get()
        }
    }

    /// The order was cancelled: the units of its pending reservations can be sold again.
    public func release(_ order: OrderID, actor: String, once: Once<Outcome>? = nil) -> PreparedCommand<Void> {
        PreparedCommand(.ready(.release(order)), store: commands, actor: actor, once: once) {
            outcome throws(ServiceFailure) in _ = try outcome.get()
        }
    }

    /// The order's pending reservations now expire this many seconds from now.
    /// - Parameter seconds: 1 ... 604,800.
    public func extend(
        _ order: OrderID, seconds: Int64, actor: String, once: Once<Outcome>? = nil
    ) -> PreparedCommand<Instant> {
        PreparedCommand(.ready(.extend(order, seconds: seconds)), store: commands, actor: actor, once: once) {
            outcome throws(ServiceFailure) in
            guard case .extended(_, let expiresAt) = try outcome.get() else {
                throw .internalFault(cause: "an extend was answered by something else")
            }
            return expiresAt
        }
    }

    /// All reservations of an order, in the order in which they were created.
    /// - Throws: `.notFound` if the order has no reservations.
    public func reservations(of order: OrderID) async throws(ServiceFailure) -> [Reservation] {
        let reservations = try await queries.reservations(of: order)
        guard !reservations.isEmpty else { throw .notFound("Unknown order: \(order)") }
        return reservations
    }
}
