public import Domain

/// Why a use case or a store could not do what was asked.
public enum ServiceFailure: Error, Hashable, Sendable {
    /// The rules of stock refused the command.
    case refused(StockRefusal)
    /// Something does not exist; the message for the caller, such as `Unknown SKU: X`.
    case notFound(String)
    /// The request's errors, each with its field.
    case invalid([FieldFault])
    /// An imported table's errors, each with its row.
    case invalidRows(RowFaults)
    /// A unique value is taken; the message for the caller.
    case alreadyExists(String)
    /// The request was answered before; this is the stored response. Nothing was done now.
    case replayed(KeptAnswer)
    /// The idempotency key belongs to a different request.
    case keyReused
    /// The first request with this idempotency key did not finish within the waiting time.
    case keyInProgress
    /// The suggestion already has the opposite decision; the message for the caller.
    case alreadyDecided(String)
    /// The cursor does not belong to this list.
    case badCursor
    /// A lock or a place in the queue was not free in time. Nothing was done.
    case systemBusy
    /// The database cannot be reached, or it is still unknown at the deadline whether a commit happened.
    case unavailable(cause: String)
    /// A bug, or a value that the database refuses; `cause` is for the log only.
    case internalFault(cause: String)
    /// Why the operation at this index of a batch failed.
    indirect case operation(index: Int, ServiceFailure)
}

/// One error in a request.
public struct FieldFault: Hashable, Sendable {
    /// The path to the value: `items[0].quantity`.
    public let field: String
    public let message: String

    public init(field: String, message: String) {
        self.field = field
        self.message = message
    }
}
