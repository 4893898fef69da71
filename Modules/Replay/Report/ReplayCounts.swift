/// The counters of a replay. They cover this run only.
public struct ReplayCounts: Equatable, Sendable {
    // MARK: The load
    public var productsCreated = 0
    public var productsPresent = 0
    public var warehousesCreated = 0
    public var warehousesPresent = 0
    /// Records that the load created, with or without opening stock.
    public var recordsCreated = 0
    /// Records that received their opening quantity, and the units.
    public var stockReceived = 0
    public var unitsReceived = 0
    /// Untouched records whose opening quantity is 0.
    public var stockEmpty = 0
    /// Records with earlier movements, left unchanged.
    public var stockPresent = 0

    // MARK: Orders
    /// Orders with all lines reserved; each is then confirmed, released or failed.
    public var reserved = 0
    public var linesReserved = 0
    public var unitsReserved = 0
    /// Orders answered with `insufficient_stock`.
    public var refused = 0
    public var confirmed = 0
    /// What confirmed orders removed from the stock on hand.
    public var linesConfirmed = 0
    public var unitsConfirmed = 0
    public var released = 0
    /// Orders that the server knew before this run.
    public var skipped = 0
    public var failed = 0
    /// Orders interrupted in flight; their state is unknown.
    public var unfinished = 0

    // MARK: Calls
    public var requests = 0
    public var retries = 0
    /// Responses of 500 ... 599, including those that a retry made good.
    public var serverErrors = 0
    /// Calls without a complete response, including those that a retry made good.
    public var connectionErrors = 0

    public init() {}

    /// Orders that have ended.
    public var ordersDone: Int { refused + confirmed + released + skipped + failed }
}
