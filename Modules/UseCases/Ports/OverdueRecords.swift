public import Domain

/// Where a page of overdue reservations ended.
public struct OverduePosition: Hashable, Sendable {
    /// Microseconds since 1970, because the store is finer than `Instant`: a rounded position would return the last
    /// rows of its own page again, forever.
    public let expiresAtMicroseconds: Int64
    public let id: ReservationID

    public init(expiresAtMicroseconds: Int64, id: ReservationID) {
        self.expiresAtMicroseconds = expiresAtMicroseconds
        self.id = id
    }
}

/// The records of one page of overdue reservations.
public struct OverduePage: Hashable, Sendable {
    public struct Line: Hashable, Sendable {
        public let record: RecordReference
        /// How many overdue reservations the record has, including those of later pages, up to the page's limit. It
        /// estimates the cost of releasing them.
        public let count: Int

        public init(record: RecordReference, count: Int) {
            self.record = record
            self.count = count
        }
    }

    /// Each record once. A page may be empty although more follow, if other sweepers release at the same time.
    public let lines: [Line]
    /// Reservations that expired up to this instant count as overdue.
    public let instant: Instant
    /// When the first of the page's reservations expired; nil if the page has none.
    public let oldest: Instant?
    /// Where the next page starts; nil for the last page.
    public let next: OverduePosition?

    public init(lines: [Line], instant: Instant, oldest: Instant?, next: OverduePosition?) {
        self.lines = lines
        self.instant = instant
        self.oldest = oldest
        self.next = next
    }
}

/// Finds the records with overdue reservations. It only reads: `Command.expire` releases them.
public protocol OverdueRecords: Sendable {
    /// Oldest expiry first, paged by keyset: a page costs the same at any depth.
    /// - Parameters:
    ///   - position: where the previous page ended; nil for the first.
    ///   - instant: reservations that expired up to then are overdue; nil uses the store's clock. A pass passes nil for
    ///     its first page and that page's instant afterwards, so that it ends although more reservations expire.
    ///   - limit: reservations per page.
    /// - Throws: `.unavailable` or `.internalFault`.
    func page(
        after position: OverduePosition?, until instant: Instant?, limit: Int
    ) async throws(ServiceFailure) -> OverduePage
}
