public import Domain

/// One item of a checkout, by whichever names the caller has.
public struct ReservationRequestItem: Hashable, Sendable {
    public let name: RecordName
    /// The product that the caller believes an inventory id to be of; checked when given.
    public let product: ProductID?
    /// The warehouse that the caller believes an inventory id to be in; checked when given.
    public let warehouse: WarehouseID?
    public let quantity: Int64

    public init(name: RecordName, product: ProductID? = nil, warehouse: WarehouseID? = nil, quantity: Int64) {
        self.name = name
        self.product = product
        self.warehouse = warehouse
        self.quantity = quantity
    }
}

/// What checkout does: reserve, confirm, release, extend.
public final class ReservationService: Sendable {
    private let directory: any RecordDirectory
    private let commands: any CommandStore
    private let queries: any StockQueries
    private let tally: (any AttemptTally)?

    /// - Parameter tally: counts each checkout that the rules decided; nil counts none.
    public init(
        directory: any RecordDirectory, commands: any CommandStore, queries: any StockQueries,
        tally: (any AttemptTally)? = nil
    ) {
        self.directory = directory
        self.commands = commands
        self.queries = queries
        self.tally = tally
    }

    /// Holds units for an order, all items or none.
    /// - Parameters:
    ///   - items: 1 ... 500.
    ///   - seconds: how long, 1 ... 604,800.
    /// - Throws: `.notFound`, `.invalid` when an item's ids disagree, and what `CommandStore.submit` throws.
    public func reserve(
        order: OrderID, items: [ReservationRequestItem], seconds: Int64, actor: String,
        once: Once<Outcome>? = nil
    ) async throws(ServiceFailure) -> (reservations: [ReservationID], expiresAt: Instant) {
        var references: [RecordReference] = []
        references.reserveCapacity(items.count)
        for resolution in try await directory.resolve(items.map(\.name)) {
            switch resolution {
            case .unknown(let what): throw .notFound(what)
            case .found(let reference): references.append(reference)
            }
        }
        let command = try Self.command(order, items, references, seconds)
        guard case .reserved(_, let ids, let expiresAt) = try await counted(command, actor: actor, once: once) else {
            throw .internalFault(cause: "a reserve was answered by something else")
        }
        return (ids, expiresAt)
    }

    /// The command of a checkout whose records are all known, for callers that cannot wait; nil for any other.
    /// - Throws: `.invalid` when an item's ids disagree.
    public func command(
        toReserve items: [ReservationRequestItem], for order: OrderID, seconds: Int64
    ) throws(ServiceFailure) -> Command? {
        guard let references = directory.known(items.map(\.name)) else { return nil }
        return try Self.command(order, items, references, seconds)
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

    /// Sends a command of this service; what came of it goes into the mailbox, and is to be given to `count`.
    public func submit(
        _ command: Command, actor: String, once: Once<Outcome>?, to mailbox: OutcomeMailbox, number: UInt64
    ) {
        commands.submit(command, actor: actor, once: once, to: mailbox, number: number)
    }

    /// Counts what came of a checkout that was sent by mailbox.
    public func count(_ outcome: Result<Outcome, ServiceFailure>) {
        switch outcome {
        case .success: tally?.count(succeeded: true)
        case .failure(.refused): tally?.count(succeeded: false)
        case .failure: break
        }
    }

    private func counted(
        _ reserve: Command, actor: String, once: Once<Outcome>?
    ) async throws(ServiceFailure) -> Outcome {
        do throws(ServiceFailure) {
            let outcome = try await commands.submit(reserve, actor: actor, once: once)
            tally?.count(succeeded: true)
            return outcome
        } catch {
            if case .refused = error { tally?.count(succeeded: false) }
            throw error
        }
    }

    /// Payment arrived: all that is pending of the order leaves the building.
    public func confirm(
        _ order: OrderID, actor: String, once: Once<Outcome>? = nil
    ) async throws(ServiceFailure) {
        _ = try await commands.submit(.confirm(order), actor: actor, once: once)
    }

    /// The order was given up: all that is pending of it can be sold again.
    public func release(
        _ order: OrderID, actor: String, once: Once<Outcome>? = nil
    ) async throws(ServiceFailure) {
        _ = try await commands.submit(.release(order), actor: actor, once: once)
    }

    /// Holds all that is pending of the order for so many seconds from now.
    /// - Parameter seconds: 1 ... 604,800.
    public func extend(
        _ order: OrderID, seconds: Int64, actor: String, once: Once<Outcome>? = nil
    ) async throws(ServiceFailure) -> Instant {
        guard
            case .extended(_, let expiresAt) = try await commands.submit(
                .extend(order, seconds: seconds), actor: actor, once: once)
        else { throw .internalFault(cause: "an extend was answered by something else") }
        return expiresAt
    }

    /// All reservations of an order, in the order made.
    /// - Throws: `.notFound` when there are none.
    public func reservations(of order: OrderID) async throws(ServiceFailure) -> [Reservation] {
        let reservations = try await queries.reservations(of: order)
        guard !reservations.isEmpty else { throw .notFound("Unknown order: \(order)") }
        return reservations
    }
}
