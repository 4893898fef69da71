public import Domain

/// Where a page of overdue reservations ended.
public struct OverduePosition: Hashable, Sendable {
    /// Microseconds since 1970. Finer than `Instant`, because the store is: a position that was rounded would find its
    /// own page's last rows again, for ever.
    public let expiresAtMicroseconds: Int64
    public let id: ReservationID

    public init(expiresAtMicroseconds: Int64, id: ReservationID) {
        self.expiresAtMicroseconds = expiresAtMicroseconds
        self.id = id
    }
}

/// The records that some overdue reservations are on.
public struct OverduePage: Hashable, Sendable {
    public struct Line: Hashable, Sendable {
        public let record: RecordReference
        /// How many overdue reservations it has, those of later pages included, counted up to the page's limit: what
        /// releasing them weighs.
        public let count: Int

        public init(record: RecordReference, count: Int) {
            self.record = record
            self.count = count
        }
    }

    /// Each record once; a page may have none although more follow, when others release at the same time.
    public let lines: [Line]
    /// The instant that decided what is overdue.
    public let instant: Instant
    /// When the first of the page's reservations expired; nil when there is none.
    public let oldest: Instant?
    /// Nil when nothing follows.
    public let next: OverduePosition?

    public init(lines: [Line], instant: Instant, oldest: Instant?, next: OverduePosition?) {
        self.lines = lines
        self.instant = instant
        self.oldest = oldest
        self.next = next
    }
}

/// Finds reservations whose time is over. Only finds: `Command.expire` releases them.
public protocol OverdueRecords: Sendable {
    /// The oldest first, by keyset: a page costs the same at any depth.
    /// - Parameters:
    ///   - position: where the page before this one ended; nil for the first.
    ///   - instant: what expired until then is overdue; nil takes the store's clock, as a pass does with its first page
    ///     so that it ends although further reservations expire meanwhile.
    ///   - limit: reservations a page.
    /// - Throws: `.unavailable` or `.internalFault`.
    func page(
        after position: OverduePosition?, until instant: Instant?, limit: Int
    ) async throws(ServiceFailure) -> OverduePage
}
