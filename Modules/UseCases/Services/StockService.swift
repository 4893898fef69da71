public import Domain

/// A movement as a caller requests it: by codes, which may not exist.
public enum MovementRequest: Hashable, Sendable {
    case change(ChangeKind, StockTarget, quantity: Int64)
    case adjust(StockTarget, Adjustment.Target)
    case transfer(sku: SKU, from: WarehouseCode, to: WarehouseCode, quantity: Int64, note: Note)

    /// The number of movements that one batch may have.
    public static let batchCount = 1...1_000
}

/// The record of a movement, and what the caller says about the movement.
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

/// The use cases of warehouse staff: every movement, and setting reorder figures.
public final class StockService: Sendable {
    private let directory: any RecordDirectory
    private let commands: any CommandStore

    public init(directory: any RecordDirectory, commands: any CommandStore) {
        self.directory = directory
        self.commands = commands
    }

    /// Carries out one movement.
    /// - Parameter once: makes the request safe to retry.
    /// - Returns: a command that throws `.notFound` for an unknown SKU or warehouse.
    public func move(
        _ request: MovementRequest, actor: String, once: Once<Outcome>? = nil
    ) -> PreparedCommand<MovementOutcome> {
        let names = request.names
        let source: PreparedCommand<MovementOutcome>.Source =
            if let references = directory.known(names) {
                .ready(.move(request.movement(references[...])))
            } else {
                .lookup { [directory] () async throws(ServiceFailure) in
                    var references: [RecordReference] = []
                    for resolution in try await directory.resolve(names) {
                        references.append(try resolution.reference())
                    }
                    return .move(request.movement(references[...]))
                }
            }
        return PreparedCommand(source, store: commands, actor: actor, once: once) {
            outcome throws(ServiceFailure) in
            guard case .moved(let moved) = try outcome.get() else {
                throw .internalFault(cause: "a movement was answered by something else")
            }
            return moved
        }
    }

    /// Carries out several movements in one transaction, all or nothing; later movements see earlier ones.
    /// - Parameter requests: their number must be in `MovementRequest.batchCount`.
    /// - Returns: a command that throws the first failure as `.operation(index:…)`.
    public func moveAll(
        _ requests: [MovementRequest], actor: String, once: Once<Outcome>? = nil
    ) -> PreparedCommand<[MovementOutcome]> {
        let names = requests.flatMap(\.names)
        let source: PreparedCommand<[MovementOutcome]>.Source =
            if let references = directory.known(names) {
                .ready(.batch(Self.movements(requests, references)))
            } else {
                .lookup { [directory] () async throws(ServiceFailure) in
                    let resolutions = try await directory.resolve(names)
                    return .batch(Self.movements(requests, try Self.references(resolutions, of: requests)))
                }
            }
        return PreparedCommand(source, store: commands, actor: actor, once: once) {
            outcome throws(ServiceFailure) in
            guard case .batch(let outcomes) = try outcome.get() else {
                throw .internalFault(cause: "a batch was answered by something else")
            }
            return outcomes
        }
    }

    private static func movements(_ requests: [MovementRequest], _ references: [RecordReference]) -> [Movement] {
        var rest = references[...]
        return requests.map { request in
            defer { rest = rest.dropFirst(request.names.count) }
            return request.movement(rest)
        }
    }

    /// - Throws: `.operation(index:…)` for the first request with an unknown name.
    private static func references(
        _ resolutions: [RecordResolution], of requests: [MovementRequest]
    ) throws(ServiceFailure) -> [RecordReference] {
        var references: [RecordReference] = []
        references.reserveCapacity(resolutions.count)
        for (index, request) in requests.enumerated() {
            for resolution in resolutions[references.count..<(references.count + request.names.count)] {
                do throws(ServiceFailure) {
                    references.append(try resolution.reference())
                } catch {
                    throw .operation(index: index, error)
                }
            }
        }
        return references
    }

    /// A record after its reorder policy was set.
    public struct PolicyResult: Hashable, Sendable {
        public let record: InventoryRecord
        /// Whether the command created the record.
        public let isNew: Bool
    }

    /// Sets when to reorder one record, and how much; creates the record if it does not exist.
    public func setPolicy(
        sku: SKU, warehouseCode: WarehouseCode, reorderPoint: Int64, reorderQuantity: Int64, safetyStock: Int64?,
        actor: String, once: Once<Outcome>? = nil
    ) -> PreparedCommand<PolicyResult> {
        let name = RecordName.codes(sku, warehouseCode)
        let change = { @Sendable (record: RecordReference) -> Command in
            .setPolicy(
                PolicyChange(
                    record: record, reorderPoint: reorderPoint, reorderQuantity: reorderQuantity,
                    safetyStock: safetyStock))
        }
        let source: PreparedCommand<PolicyResult>.Source =
            if let record = directory.known([name])?.first {
                .ready(change(record))
            } else {
                .lookup { [directory] () async throws(ServiceFailure) in
                    change(try await directory.resolve([name])[0].reference())
                }
            }
        return PreparedCommand(source, store: commands, actor: actor, once: once) {
            outcome throws(ServiceFailure) in
            guard case .policy(let record, let created) = try outcome.get() else {
                throw .internalFault(cause: "a policy change was answered by something else")
            }
            return PolicyResult(record: record, isNew: created)
        }
    }
}

extension MovementRequest {
    /// The names to resolve: one, or a transfer's source and destination.
    fileprivate var names: [RecordName] {
        switch self {
        case .change(_, let target, _), .adjust(let target, _):
            [.codes(target.sku, target.warehouseCode)]
        case .transfer(let sku, let from, let to, _, _):
            [.codes(sku, from), .codes(sku, to)]
        }
    }

    /// - Parameter records: the records of `names`, in the same order; more may follow.
    fileprivate func movement(_ records: ArraySlice<RecordReference>) -> Movement {
        let record = records[records.startIndex]
        switch self {
        case .change(let kind, let target, let quantity):
            return .change(
                kind,
                StockChange(
                    record: record, quantity: quantity, note: target.note, expectedVersion: target.expectedVersion))
        case .adjust(let target, let amount):
            return .adjust(
                Adjustment(
                    record: record, target: amount, note: target.note, expectedVersion: target.expectedVersion))
        case .transfer(_, _, _, let quantity, let note):
            return .transfer(
                Transfer(
                    source: record, destination: records[records.startIndex + 1], quantity: quantity, note: note))
        }
    }
}

extension RecordResolution {
    /// - Throws: `.notFound` for an unknown name.
    fileprivate func reference() throws(ServiceFailure) -> RecordReference {
        switch self {
        case .found(let reference): return reference
        case .unknown(let what): throw .notFound(what)
        }
    }
}
