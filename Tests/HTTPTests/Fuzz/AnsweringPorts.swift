import Domain
import UseCases

@testable import HTTPCore

/// The types of ledger rows, as a query names them.
enum LedgerTypes {
    static let all = LedgerEntry.Kind.allCases.map(\.rawValue) + ["nope"]
}

extension TestPorts {
    /// Ports that answer every call with a success or a refusal. The arguments decide which, so the same call always gets
    /// the same answer.
    static var answering: TestPorts {
        var ports = TestPorts()
        ports.submitOnce = { command, _, once throws(ServiceFailure) in
            let result = Result { () throws(ServiceFailure) in try outcome(of: command) }
            // Half of the keys have been used before.
            if let once, once.key.requestHash.first.map({ $0 % 2 == 0 }) == true, let kept = once.answer(result) {
                throw .replayed(kept)
            }
            return try result.get()
        }
        ports.importing = { table, options throws(ServiceFailure) in
            let (count, faults) =
                switch table {
                case .products(let table): (table.rows.count, table.faults)
                case .warehouses(let table): (table.rows.count, table.faults)
                case .stock(let table): (table.rows.count, table.faults)
                }
            guard faults.isEmpty else { throw .invalidRows(faults) }
            let summary = ImportSummary(rows: count, created: count, updated: 0)
            if options.isDryRun, let kept = options.once?.answer(.success(summary)) { throw .replayed(kept) }
            return summary
        }
        ports.record = { id in id == Samples.inventory ? Samples.record : nil }
        ports.records = { _, page in Page(items: [Samples.record], next: page.cursor) }
        ports.lowStock = { _, page in
            let line = LowStockLine(
                inventoryID: Samples.inventory, sku: Samples.sku, productName: "Laptop \"é\"", warehouseName: "North",
                warehouseCode: Samples.warehouseCode, quantityAvailable: 3, reorderPoint: 10, reorderQuantity: 25)
            return Page(items: [line], next: page.cursor)
        }
        ports.transactions = { filter, page in
            let entry = LedgerEntry(
                id: Samples.transaction, inventoryID: Samples.inventory, version: 1, kind: filter.kind ?? .receive,
                quantityChange: 1, quantityAfter: 1, reservedChange: 0, reservedAfter: 0, orderID: nil, reason: nil,
                reference: nil, actor: "x", createdAt: filter.from ?? Samples.instant)
            return Page(items: [entry], next: page.cursor)
        }
        ports.state = { _ in StockState(quantityOnHand: 1, quantityReserved: 0, version: 1) }
        ports.availability = { products in
            products.map { ProductAvailability(product: $0, sku: Samples.sku, lines: []) }
        }
        ports.reservations = { order in
            guard order == Samples.order else { return [] }
            return [
                Reservation(
                    id: Samples.reservation, orderID: order, inventoryID: Samples.inventory,
                    reference: Samples.reference, quantity: 1, expiresAt: Samples.instant, createdAt: Samples.instant)
            ]
        }
        ports.answerCatalogue()
        ports.answerProcurement()
        ports.answerReports()
        return ports
    }

    private mutating func answerReports() {
        let some = ExactDecimal(1)
        summary = {
            StockSummary(
                outOfStockCount: 0, lowStockCount: 1, inventoryValue: ExactDecimal("19.99") ?? some, productCount: 1,
                inventoryCount: 1, pendingReservations: 0, pendingUnits: some, attempts: 0, succeeded: 0,
                openAlerts: 1)
        }
        topMovers = { days, limit in
            [TopMover(sku: Samples.sku, name: "Laptop", transactionCount: days, unitsOut: ExactDecimal(Int64(limit)))]
        }
        turnover = { _, page in
            let figures = TurnoverFigures(
                unitsOut: some, valueOut: ExactDecimal("19.99") ?? some, averageOnHand: some, turnover: some,
                daysOfCover: nil)
            let line = TurnoverLine(sku: Samples.sku, name: "Laptop", figures: figures)
            return TurnoverReport(total: figures, page: Page(items: [line], next: page.cursor))
        }
        movements = { days, _ in
            [MovementLine(start: Samples.instant, unitsIn: ExactDecimal(days), unitsOut: some, unitsAdjusted: some)]
        }
    }

    private mutating func answerCatalogue() {
        createProduct = { draft throws(ServiceFailure) in
            if draft.name.utf8.count % 4 == 0 { throw .alreadyExists("SKU \(draft.sku) is taken.") }
            return Product(
                id: Samples.productID, sku: draft.sku, name: draft.name, basePrice: draft.basePrice,
                description: draft.description, attributes: draft.attributes, createdAt: Samples.instant,
                updatedAt: Samples.instant)
        }
        product = { $0 == Samples.sku ? Samples.product : nil }
        updateProduct = { sku, patch in
            guard sku == Samples.sku else { return nil }
            return Product(
                id: Samples.productID, sku: sku, name: patch.name ?? "Laptop",
                basePrice: patch.basePrice ?? Samples.product.basePrice,
                description: patch.description ?? Samples.product.description,
                attributes: patch.attributes ?? Samples.product.attributes, isArchived: patch.isArchived ?? false,
                createdAt: Samples.instant, updatedAt: Samples.instant)
        }
        products = { _, _, page in Page(items: [Samples.product], next: page.cursor) }
        createWarehouse = { draft throws(ServiceFailure) in
            if draft.name.utf8.count % 4 == 0 { throw .alreadyExists("Warehouse \(draft.code) is taken.") }
            return Warehouse(
                id: Samples.warehouseID, code: draft.code, name: draft.name, priority: draft.priority,
                createdAt: Samples.instant, updatedAt: Samples.instant)
        }
        warehouse = { $0 == Samples.warehouseCode ? Samples.warehouse : nil }
        updateWarehouse = { code, patch in
            guard code == Samples.warehouseCode else { return nil }
            return Warehouse(
                id: Samples.warehouseID, code: code, name: patch.name ?? "North", priority: patch.priority ?? 0,
                alertRecipients: patch.alertRecipients ?? [], isArchived: patch.isArchived ?? false,
                createdAt: Samples.instant, updatedAt: Samples.instant)
        }
        warehouses = { page in Page(items: [Samples.warehouse], next: page.cursor) }
    }

    private mutating func answerProcurement() {
        let known = Samples.inventoryText
        let alert = { @Sendable (id: AlertID, status: AlertView.Status) in
            AlertView(
                id: id, inventoryID: Samples.inventory, sku: Samples.sku, productName: "Laptop",
                warehouseCode: Samples.warehouseCode, quantityAvailable: 1, reorderPoint: 2, status: status,
                createdAt: Samples.instant, acknowledgedAt: nil, acknowledgedBy: nil, resolvedAt: nil,
                suggestionID: nil,
                delivery: .init(state: .queued, attempts: 0, sentAt: nil, messageID: nil, lastError: nil))
        }
        alerts = { status, page in Page(items: [alert(Samples.id(known), status ?? .open)], next: page.cursor) }
        acknowledge = { id, _ throws(ServiceFailure) in
            guard id.description == known else { throw .notFound("Unknown alert: \(id)") }
            return alert(id, .acknowledged)
        }
        let suggestion = { @Sendable (id: SuggestionID, status: SuggestionView.Status) in
            SuggestionView(
                id: id, alertID: Samples.id(known), inventoryID: Samples.inventory, sku: Samples.sku,
                productName: "Laptop", warehouseCode: Samples.warehouseCode, quantity: 25,
                unitPrice: Samples.product.basePrice, quantityAvailable: 1, reorderPoint: 2, status: status,
                createdAt: Samples.instant, decidedAt: nil, decidedBy: nil)
        }
        suggestions = { status, page in
            Page(items: [suggestion(Samples.id(known), status ?? .open)], next: page.cursor)
        }
        decide = { id, decision, _ throws(ServiceFailure) in
            if id.description == Samples.orderText { throw .alreadyDecided("The suggestion is decided.") }
            guard id.description == known else { throw .notFound("Unknown suggestion: \(id)") }
            return suggestion(id, decision.status)
        }
    }

    // MARK: Commands

    private static func outcome(of command: Command) throws(ServiceFailure) -> Outcome {
        switch command {
        case .move(let movement): return .moved(try outcome(of: movement))
        case .batch(let movements):
            var outcomes: [MovementOutcome] = []
            for (index, movement) in movements.enumerated() {
                do throws(ServiceFailure) {
                    outcomes.append(try outcome(of: movement))
                } catch {
                    guard case .refused(let refusal) = error else { throw error }
                    throw .refused(.operation(index: index, refusal))
                }
            }
            return .batch(outcomes)
        case .reserve(let order):
            if let item = order.items.first(where: { $0.quantity > 100 }) {
                throw .refused(shortage(item.record, item.quantity))
            }
            return .reserved(
                order: order.orderID, reservations: order.items.map { _ in Samples.reservation },
                expiresAt: Samples.instant)
        case .confirm(let order), .release(let order), .extend(let order, _):
            guard order == Samples.order else { throw .refused(.unknownOrder(order)) }
            return .extended(order: order, expiresAt: Samples.instant)
        case .setPolicy(let change):
            let record = InventoryRecord(
                id: Samples.inventory, reference: change.record, quantityOnHand: 0, quantityReserved: 0,
                reorderPoint: change.reorderPoint, reorderQuantity: change.reorderQuantity,
                safetyStock: change.safetyStock ?? 0, version: 1, updatedAt: Samples.instant)
            return .policy(record, created: change.reorderPoint % 2 == 0)
        case .setStock: return .stockSet(created: true, changed: true)
        case .expire: return .expired(count: 0, isComplete: true)
        }
    }

    private static func outcome(of movement: Movement) throws(ServiceFailure) -> MovementOutcome {
        switch movement {
        case .change(let kind, let change):
            if kind.sign < 0 {
                if change.quantity > 100 { throw .refused(shortage(change.record, change.quantity)) }
            } else if change.quantity == Quantity.movable.upperBound {
                throw .refused(.quantityTooHigh(change.record))
            }
            return .changed(try changed(change.record, change.expectedVersion))
        case .adjust(let adjustment): return .changed(try changed(adjustment.record, adjustment.expectedVersion))
        case .transfer(let transfer):
            if transfer.quantity > 100 { throw .refused(shortage(transfer.source, transfer.quantity)) }
            return .transferred(
                TransferOutcome(
                    transfer: transfer, transactionOut: Samples.transaction,
                    transactionIn: Samples.secondTransaction))
        }
    }

    private static func changed(
        _ record: RecordReference, _ expected: Int64?
    ) throws(ServiceFailure) -> ChangeOutcome {
        if let expected, expected != 7 { throw .refused(.versionConflict(currentVersion: 7)) }
        return ChangeOutcome(
            record: record, oldQuantity: 1, newQuantity: 2, inventoryID: Samples.inventory, version: 8,
            transactionID: Samples.transaction)
    }

    private static func shortage(_ record: RecordReference, _ quantity: Int64) -> StockRefusal {
        .insufficientStock(.init(record: record, inventoryID: nil, available: 100, requested: quantity))
    }
}
