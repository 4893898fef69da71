public import Domain

/// Why a use case or a store could not do what was asked.
public enum ServiceFailure: Error, Hashable, Sendable {
    /// The rules refused it.
    case refused(StockRefusal)
    /// What was not found, in words for the caller: `Unknown SKU: X`.
    case notFound(String)
    /// The request's faults, each with its field.
    case invalid([FieldFault])
    /// An imported table's faults, each with its row.
    case invalidRows(RowFaults)
    /// A unique value is taken, in words for the caller.
    case alreadyExists(String)
    /// The request was answered before: this is the answer, and nothing was done now.
    case replayed(KeptAnswer)
    /// The request's idempotency key belongs to another request.
    case keyReused
    /// The first request with this idempotency key has not finished, for longer than anybody waits.
    case keyInProgress
    /// A suggestion was decided another way before, in words for the caller.
    case alreadyDecided(String)
    /// The cursor is not one of this list's.
    case badCursor
    /// A lock or the queue was not to be had in time. Nothing was done.
    case systemBusy
    /// The database cannot be reached, or it cannot be known within the deadline whether a commit happened.
    case unavailable(cause: String)
    /// A fault of ours, or a value that the database refuses; `cause` is for the log alone.
    case internalFault(cause: String)
    /// What failed the operation at this index of a batch.
    indirect case operation(index: Int, ServiceFailure)
}

/// One fault of a request.
public struct FieldFault: Hashable, Sendable {
    /// The path to the value: `items[0].quantity`.
    public let field: String
    public let message: String

    public init(field: String, message: String) {
        self.field = field
        self.message = message
    }
}
