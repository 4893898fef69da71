public import Domain

/// A movement as a caller asks for it: by codes, not yet known to exist.
public enum MovementRequest: Hashable, Sendable {
    case receive(StockTarget, quantity: Int64)
    case ship(StockTarget, quantity: Int64)
    case adjust(StockTarget, Adjustment.Target)
    case transfer(sku: SKU, from: WarehouseCode, to: WarehouseCode, quantity: Int64, note: Note)

    /// How many of them one batch may have.
    public static let batchCount = 1...1_000
}

/// The record that a movement is about, and what the caller says of it.
public struct StockTarget: Hashable, Sendable {
    public let sku: SKU
    public let warehouseCode: WarehouseCode
    public let note: Note
    public let expectedVersion: Int64?

    public init(sku: SKU, warehouseCode: WarehouseCode, note: Note = Note(), expectedVersion: Int64? = nil) {
        self.sku = sku
        self.warehouseCode = warehouseCode
        self.note = note
        self.expectedVersion = expectedVersion
    }
}

/// What warehouse staff do: receive, ship, adjust, transfer, set reorder figures.
public final class StockService: Sendable {
    private let directory: any RecordDirectory
    private let commands: any CommandStore

    public init(directory: any RecordDirectory, commands: any CommandStore) {
        self.directory = directory
        self.commands = commands
    }

    /// Moves units once.
    /// - Parameter once: makes it safe to ask again.
    /// - Throws: `.notFound` for an unknown SKU or warehouse, and what `CommandStore.submit` throws.
    public func move(
        _ request: MovementRequest, actor: String, once: Once<Outcome>? = nil
    ) async throws(ServiceFailure) -> MovementOutcome {
        let names = request.names
        let resolutions = try await directory.resolve(names)
        let movement = try request.movement(resolutions[...])
        guard case .moved(let outcome) = try await commands.submit(.move(movement), actor: actor, once: once) else {
            throw .internalFault(cause: "a movement was answered by something else")
        }
        return outcome
    }

    /// The command of a movement whose names are all known, for callers that cannot wait; nil for any other.
    public func command(toMove request: MovementRequest) -> Command? {
        guard let references = directory.known(request.names) else { return nil }
        return (try? request.movement(references.map(RecordResolution.found)[...])).map(Command.move)
    }

    /// Sends a command of this service; what came of it goes into the mailbox.
    public func submit(
        _ command: Command, actor: String, once: Once<Outcome>?, to mailbox: OutcomeMailbox, number: UInt64
    ) {
        commands.submit(command, actor: actor, once: once, to: mailbox, number: number)
    }

    /// Moves units several times, in one transaction, all or nothing; later movements see earlier ones.
    /// - Parameter requests: `MovementRequest.batchCount` of them.
    /// - Throws: `.operation(index:…)` around what failed.
    public func moveAll(
        _ requests: [MovementRequest], actor: String, once: Once<Outcome>? = nil
    ) async throws(ServiceFailure) -> [MovementOutcome] {
        let resolutions = try await directory.resolve(requests.flatMap(\.names))
        var movements: [Movement] = []
        movements.reserveCapacity(requests.count)
        var position = 0
        for (index, request) in requests.enumerated() {
            let count = request.names.count
            do throws(ServiceFailure) {
                movements.append(try request.movement(resolutions[position..<(position + count)]))
            } catch {
                throw .operation(index: index, error)
            }
            position += count
        }
        guard case .batch(let outcomes) = try await commands.submit(.batch(movements), actor: actor, once: once) else {
            throw .internalFault(cause: "a batch was answered by something else")
        }
        return outcomes
    }

    /// Sets when to reorder one record, and how much; makes the record when there is none.
    public func setPolicy(
        sku: SKU, warehouseCode: WarehouseCode, reorderPoint: Int64, reorderQuantity: Int64, safetyStock: Int64?,
        actor: String, once: Once<Outcome>? = nil
    ) async throws(ServiceFailure) -> (record: InventoryRecord, isNew: Bool) {
        let resolutions = try await directory.resolve([.codes(sku, warehouseCode)])
        let change = PolicyChange(
            record: try resolutions[...].reference(at: 0), reorderPoint: reorderPoint,
            reorderQuantity: reorderQuantity, safetyStock: safetyStock)
        guard
            case .policy(let record, let created) = try await commands.submit(
                .setPolicy(change), actor: actor, once: once)
        else { throw .internalFault(cause: "a policy change was answered by something else") }
        return (record, created)
    }
}

extension MovementRequest {
    /// The names to resolve: one, or a transfer's source and destination.
    fileprivate var names: [RecordName] {
        switch self {
        case .receive(let target, _), .ship(let target, _), .adjust(let target, _):
            [.codes(target.sku, target.warehouseCode)]
        case .transfer(let sku, let from, let to, _, _):
            [.codes(sku, from), .codes(sku, to)]
        }
    }

    fileprivate func movement(_ resolutions: ArraySlice<RecordResolution>) throws(ServiceFailure) -> Movement {
        let record = try resolutions.reference(at: 0)
        switch self {
        case .receive(let target, let quantity):
            return .receive(
                StockChange(
                    record: record, quantity: quantity, note: target.note, expectedVersion: target.expectedVersion))
        case .ship(let target, let quantity):
            return .ship(
                StockChange(
                    record: record, quantity: quantity, note: target.note, expectedVersion: target.expectedVersion))
        case .adjust(let target, let amount):
            return .adjust(
                Adjustment(
                    record: record, target: amount, note: target.note, expectedVersion: target.expectedVersion))
        case .transfer(_, _, _, let quantity, let note):
            return .transfer(
                Transfer(
                    source: record, destination: try resolutions.reference(at: 1), quantity: quantity, note: note))
        }
    }
}

extension ArraySlice<RecordResolution> {
    fileprivate func reference(at offset: Int) throws(ServiceFailure) -> RecordReference {
        switch self[startIndex + offset] {
        case .found(let reference): return reference
        case .unknown(let what): throw .notFound(what)
        }
    }
}
