import Domain
package import PostgresClient
import PostgresRows
package import Reactor
import Synchronization
package import UseCases

/// Reports on PostgreSQL, from the sums that `PostgresLedgerRoller` maintains and the ledger rows that are not in them yet.
///
/// All callers share the costly readings. A summary is read once a second; top movers are read as often as one twentieth
/// of a processor allows, which is nearly at once for the windows that the roller counts.
package final class PostgresStockReports: StockReports {
    private static let timeout = Duration.seconds(10)
    /// Clients may get a summary that is five seconds old, but the dashboard shows a change within two; a costly summary is
    /// used until it is twice as old.
    private static let summaryLifetime = Duration.seconds(1)
    private static let longestLifetime = Duration.seconds(300)
    /// Top movers live this many times as long as their reading took, so that readings take a twentieth of the time.
    private static let lifetimePerCost = 20
    /// The most windows whose top movers are cached; a dashboard asks for a few.
    private static let cachedWindowLimit = 16
    /// The most rows of a partial day that are counted one by one: about 200 ms.
    private static let partialDayLimit: Int64 = 500_000
    /// The most products in a list of top movers.
    private static let moverLimit = 500

    private let client: PostgresClient
    private let reactor: Reactor
    private let summaries: SharedReading<StockSummary>
    private let movers = Mutex<[Int64: SharedReading<[TopMover]>]>([:])

    /// - Parameter client: its sessions have `ReportSession`'s settings.
    package init(client: PostgresClient, reactor: Reactor) {
        self.client = client
        self.reactor = reactor
        summaries = SharedReading(
            reactor: reactor, lifetime: { _ in Self.summaryLifetime },
            read: { await Self.result { () throws(ServiceFailure) in try await Self.summary(client) } })
    }

    package func summary() async throws(ServiceFailure) -> StockSummary {
        try await summaries.value()
    }

    package func topMovers(days: Int64, limit: Int) async throws(ServiceFailure) -> [TopMover] {
        let reading = movers.withLock { movers in
            if let known = movers[days] { return known }
            if movers.count >= Self.cachedWindowLimit { movers = [:] }
            let client = client
            let new = SharedReading<[TopMover]>(
                reactor: reactor, lifetime: { cost in min(cost * Self.lifetimePerCost, Self.longestLifetime) }
            ) {
                await Self.result { () throws(ServiceFailure) in try await Self.topMovers(client, days: days) }
            }
            movers[days] = new
            return new
        }
        return Array(try await reading.value().prefix(limit))
    }

    package func turnover(days: Int64, page: PageRequest) async throws(ServiceFailure) -> TurnoverReport {
        let after = try page.text(at: 0, of: 1, in: "turnover")
        let totals = try await client.rows(
            PostgresQuery(ReportSQL.totalTurnover) { $0.append(days) }, timeout: Self.timeout
        ) { (row: inout PostgresRow) throws(PostgresError) in try row.nextTurnover() }
        guard let total = totals.first else { throw .internalFault(cause: "ledger_rollup has no row") }
        let rows = try await client.rows(
            PostgresQuery(ReportSQL.turnover) { parameters in
                parameters.append(days)
                parameters.append(after ?? "")
                parameters.append(Int64(page.limit + 1))
            }, timeout: Self.timeout
        ) { (row: inout PostgresRow) throws(PostgresError) in
            TurnoverLine(sku: try row.nextSKU(), name: try row.next(), figures: try row.nextTurnover())
        }
        return TurnoverReport(
            total: total,
            page: Page(rows: rows, limit: page.limit) { Cursor(["turnover", $0.sku.description]) })
    }

    package func movements(days: Int64, bucket: MovementBucket) async throws(ServiceFailure) -> [MovementLine] {
        let (hours, count): (Int64, Int64) =
            switch bucket {
            case .hour: (1, days * 24)
            case .day: (24, days)
            }
        return try await client.rows(
            PostgresQuery(ReportSQL.movements) { parameters in
                parameters.append(hours)
                parameters.append(count)
            }, timeout: Self.timeout
        ) { (row: inout PostgresRow) throws(PostgresError) in
            MovementLine(
                start: try row.next(), unitsIn: try row.nextDecimal(), unitsOut: try row.nextDecimal(),
                unitsAdjusted: try row.nextDecimal())
        }
    }

    // MARK: Readings

    private static func result<Value>(
        _ read: () async throws(ServiceFailure) -> Value
    ) async -> Result<Value, ServiceFailure> {
        do throws(ServiceFailure) {
            return .success(try await read())
        } catch {
            return .failure(error)
        }
    }

    private static func summary(_ client: PostgresClient) async throws(ServiceFailure) -> StockSummary {
        let rows = try await client.rows(PostgresQuery(ReportSQL.summary), timeout: timeout) {
            (row: inout PostgresRow) throws(PostgresError) in
            StockSummary(
                outOfStockCount: try row.next(), lowStockCount: try row.next(),
                inventoryValue: try row.nextDecimal(), productCount: try row.next(),
                inventoryCount: try row.next(), pendingReservations: try row.next(),
                pendingUnits: try row.nextDecimal(), attempts: try row.next(), succeeded: try row.next(),
                openAlerts: try row.next())
        }
        guard let summary = rows.first else { throw .internalFault(cause: "ledger_rollup has no row") }
        return summary
    }

    private static func topMovers(_ client: PostgresClient, days: Int64) async throws(ServiceFailure) -> [TopMover] {
        try await client.rows(
            PostgresQuery(ReportSQL.topMovers) { parameters in
                parameters.append(days)
                parameters.append(Int64(moverLimit))
                parameters.append(partialDayLimit)
            }, timeout: timeout
        ) { (row: inout PostgresRow) throws(PostgresError) in
            TopMover(
                sku: try row.nextSKU(), name: try row.next(), transactionCount: try row.next(),
                unitsOut: try row.nextDecimal())
        }
    }
}

extension PostgresRow {
    fileprivate mutating func nextDecimal() throws(PostgresError) -> ExactDecimal {
        guard let decimal = try nextOptionalDecimal() else { throw PostgresError(.decoding, "a decimal is NULL") }
        return decimal
    }

    fileprivate mutating func nextOptionalDecimal() throws(PostgresError) -> ExactDecimal? {
        guard let text: String = try nextOptional() else { return nil }
        guard let decimal = ExactDecimal(text) else { throw PostgresError(.decoding, "not a decimal: \(text)") }
        return decimal
    }

    fileprivate mutating func nextTurnover() throws(PostgresError) -> TurnoverFigures {
        TurnoverFigures(
            unitsOut: try nextDecimal(), valueOut: try nextDecimal(), averageOnHand: try nextDecimal(),
            turnover: try nextOptionalDecimal(), daysOfCover: try nextOptionalDecimal())
    }
}
