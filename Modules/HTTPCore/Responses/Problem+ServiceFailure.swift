package import Domain
import JSON
package import UseCases

extension Problem {
    /// The `Retry-After` of a busy system: a lease or a place in the queue becomes free within a second.
    private static let busySeconds = 1
    /// The `Retry-After` of an unreachable database, which needs longer to recover.
    private static let unavailableSeconds = 2

    /// Any error as a problem; an unexpected error is an internal error.
    package init(_ error: any Error) {
        switch error {
        case let problem as Problem: self = problem
        case let failure as ServiceFailure: self.init(failure, quantityField: "quantity")
        default: self = .internalError(cause: String(reflecting: error))
        }
    }

    /// - Parameter quantityField: the field to name when the record cannot hold the quantity.
    package init(_ failure: ServiceFailure, quantityField: String = "quantity") {
        switch failure {
        case .refused(let refusal): self.init(refusal, quantityField: quantityField)
        case .notFound(let what): self.init(.notFound, what)
        case .invalid(let faults): self = .validation(faults)
        case .invalidRows(let faults): self = .invalidTable(faults)
        case .alreadyExists(let what): self.init(.alreadyExists, what)
        case .keyReused: self.init(.idempotencyKeyReused, "The Idempotency-Key belongs to another request.")
        case .keyInProgress:
            self.init(.idempotencyInProgress, "The first request with this Idempotency-Key has not finished.")
        case .replayed: self = .internalError(cause: "a replayed answer was treated as a problem")
        case .alreadyDecided(let what): self.init(.alreadyDecided, what)
        case .badCursor: self = Cursor.problem
        case .systemBusy:
            self = .retry(.systemBusy, "System busy. Please retry.", afterSeconds: Self.busySeconds)
        case .unavailable(let cause):
            // The text does not advise a retry: a write may have happened, and only an idempotency key makes it safe.
            self = .retry(
                .unavailable,
                "The database cannot be reached.",
                afterSeconds: Self.unavailableSeconds,
                cause: cause
            )
        case .internalFault(let cause): self = .internalError(cause: cause)
        case .operation(let index, let failure):
            self = Problem(failure.prefixed("operations[\(index)]."), quantityField: quantityField).at(index)
        }
    }

    package init(_ refusal: StockRefusal, quantityField: String = "quantity") {
        switch refusal {
        case .insufficientStock(let shortage): self.init(shortage)
        case .versionConflict(let version):
            self.init(
                .concurrencyConflict,
                "Inventory was modified. Please retry.",
                members: [("current_version", .integer(version))]
            )
        case .archived(.product(let sku)): self.init(.archived, "Product \(sku) is archived.")
        case .archived(.warehouse(let code)): self.init(.archived, "Warehouse \(code) is archived.")
        case .unknownOrder(let order): self.init(.notFound, "Unknown order: \(order)")
        case .reservationExpired(let order):
            self.init(.reservationExpired, "A reservation of order \(order) has expired.")
        case .alreadyConfirmed(let order): self.init(.alreadyConfirmed, "Order \(order) is already confirmed.")
        case .alreadyReleased(let order): self.init(.alreadyReleased, "Order \(order) is already released.")
        case .quantityTooHigh:
            let message = "would lift what is on hand above \(Quantity.highest)"
            self = .validation([FieldFault(field: quantityField, message: message)])
        case .operation(let index, let refusal):
            self = Problem(refusal, quantityField: quantityField).at(index)
        }
    }

    private init(_ shortage: StockRefusal.Shortage) {
        self.init(
            .insufficientStock,
            "Insufficient stock. Available: \(shortage.available), Requested: \(shortage.requested)",
            members: [
                ("inventory_id", shortage.inventoryID.map { .string($0.description) } ?? .null),
                ("sku", .string(shortage.record.sku.description)),
                ("warehouse_code", .string(shortage.record.warehouseCode.description)),
                ("available", .integer(shortage.available)),
                ("requested", .integer(shortage.requested)),
            ]
        )
    }

    /// The same problem, attributed to one operation of a batch.
    package func at(_ index: Int) -> Problem {
        var problem = self
        problem.members.append(("index", .integer(Int64(index))))
        return problem
    }
}

extension ServiceFailure {
    /// Adds a prefix to the field of each fault, so that it is a path from the body's root.
    fileprivate func prefixed(_ prefix: String) -> ServiceFailure {
        guard case .invalid(let faults) = self else { return self }
        return .invalid(faults.map { FieldFault(field: prefix + $0.field, message: $0.message) })
    }

    /// The index of the batch operation that failed; nil for any other failure.
    package var operationIndex: Int? {
        switch self {
        case .operation(let index, _), .refused(.operation(let index, _)): index
        default: nil
        }
    }
}
