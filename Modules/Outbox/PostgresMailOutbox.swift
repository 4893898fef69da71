import Basics
import Domain
package import PostgresClient
import PostgresRows
package import UseCases

/// The outbox of alert emails on PostgreSQL. It sends each transaction in one go and leaves none open, so a mailer that
/// freezes or dies holds no locks.
package struct PostgresMailOutbox: MailOutbox {
    /// The most alerts that one gathering takes; the rest wait for the next.
    static let gatheringLimit: Int64 = 20_000
    /// The most alerts in one email: about 400 kB of HTML. A person reads the first screen, a program all of it.
    static let digestLimit: Int64 = 2_000
    /// How long a gathering may take: 20,000 alerts take about a second.
    private static let gatheringTimeout = Duration.seconds(10)
    /// How long recording a digest's outcome may take.
    private static let timeout = Duration.seconds(3)

    let client: PostgresClient
    private let limit: Int64

    package init(client: PostgresClient) {
        self.init(client: client, gatheringLimit: Self.gatheringLimit)
    }

    init(client: PostgresClient, gatheringLimit: Int64) {
        self.client = client
        limit = gatheringLimit
    }

    package func gather(_ rules: DigestRules) async throws(ServiceFailure) -> Int {
        let gather = PostgresQuery(OutboxRow.gather) { parameters in
            parameters.appendArray(Self.audience(rules))
            parameters.append(rules.window.wholeMilliseconds)
            parameters.append(rules.domain)
            parameters.append(limit)
            parameters.append(Self.digestLimit)
        }
        do {
            return try await client.withConnection { connection in
                let results = try await connection.pipeline(
                    [
                        PostgresQuery(Self.begin), PostgresQuery(OutboxRow.lockGathering), gather,
                        PostgresQuery(Self.commit),
                    ], timeout: Self.gatheringTimeout)
                return Int(try results[2].row(0).value(0, as: Int64.self))
            }
        } catch let error as PostgresError {
            throw ServiceFailure(error)
        } catch {
            // The task was cancelled while it waited for a connection.
            throw .unavailable(cause: "\(error)")
        }
    }

    package func claim(lease: Duration) async throws(ServiceFailure) -> ClaimedDigest? {
        var random = SystemRandomNumberGenerator()
        let token = LeaseToken(value: random.next())
        let claimed = try await client.rows(
            PostgresQuery(OutboxRow.claim) { parameters in
                parameters.append(Int64(bitPattern: token.value))
                parameters.append(lease.wholeMilliseconds)
            }, ClaimedRow.init)
        guard let email = claimed.first else { return nil }
        let lines = try await client.rows(PostgresQuery(OutboxRow.lines) { $0.append(email.id) }, OutboxRow.line)
        return ClaimedDigest(digest: email.digest(lines), lease: token)
    }

    package func renew(_ claim: ClaimedDigest, lease: Duration) async throws(ServiceFailure) -> Bool {
        let renewed = try await client.rows(
            PostgresQuery(OutboxRow.renew) { parameters in
                parameters.append(claim.digest.id)
                parameters.append(Int64(bitPattern: claim.lease.value))
                parameters.append(lease.wholeMilliseconds)
            }
        ) { (row: inout PostgresRow) throws(PostgresError) in try row.next(as: Int32.self) }
        return !renewed.isEmpty
    }

    package func settle(
        _ claim: ClaimedDigest, delivered: [String], refused: [String], _ outcome: DigestOutcome
    ) async throws(ServiceFailure) {
        let (status, pause, error, waitsForServer): (String, Duration, String?, Bool) =
            switch outcome {
            case .sent: ("sent", .zero, nil, false)
            case .retry(let pause, let error, let kind): ("queued", pause, error, kind == .server)
            case .failed(let error): ("failed", .zero, error, false)
            }
        try await execute(
            PostgresQuery(OutboxRow.settle) { parameters in
                parameters.append(claim.digest.id)
                parameters.append(Int64(bitPattern: claim.lease.value))
                parameters.appendArray(delivered)
                parameters.appendArray(refused)
                parameters.append(status)
                parameters.append(pause.wholeMilliseconds)
                parameters.append(error.map(Self.storable))
                parameters.append(waitsForServer)
            })
    }

    package func release(_ claim: ClaimedDigest) async throws(ServiceFailure) {
        try await execute(
            PostgresQuery(OutboxRow.release) { parameters in
                parameters.append(claim.digest.id)
                parameters.append(Int64(bitPattern: claim.lease.value))
            })
    }

    package func serverRecovered() async throws(ServiceFailure) {
        try await execute(PostgresQuery(OutboxRow.serverRecovered))
    }

    package func backlog(_ rules: DigestRules) async throws(ServiceFailure) -> MailBacklog {
        let query = PostgresQuery(OutboxRow.backlog) { parameters in
            parameters.appendArray(Self.audience(rules))
            parameters.append(rules.window.wholeMilliseconds)
        }
        let rows = try await client.rows(query) { (row: inout PostgresRow) throws(PostgresError) in
            MailBacklog(
                alerts: Int(try row.next(as: Int64.self)),
                alertsWithoutRecipients: Int(try row.next(as: Int64.self)),
                queuedDigests: Int(try row.next(as: Int64.self)), failedDigests: Int(try row.next(as: Int64.self)),
                digestsWaitingForServer: Int(try row.next(as: Int64.self)),
                nextDue: try row.nextOptional(as: Int64.self).map { .milliseconds(max(0, $0)) })
        }
        return rows.first ?? MailBacklog()
    }

    // MARK: Parts

    private static let begin = PostgresStatement("BEGIN")
    private static let commit = PostgresStatement("COMMIT")

    private static func audience(_ rules: DigestRules) -> [String] { Set(rules.recipients).sorted() }

    /// PostgreSQL's text cannot hold a NUL, but a mail server may send one.
    private static func storable(_ text: String) -> String { text.replacing("\0", with: " ") }

    private func execute(_ query: PostgresQuery) async throws(ServiceFailure) {
        do throws(PostgresError) {
            _ = try await client.query(query, timeout: Self.timeout)
        } catch {
            throw ServiceFailure(error)
        }
    }
}

/// An email that has just been claimed.
private struct ClaimedRow {
    let id: EmailID
    let messageID: String
    let recipients: [String]
    let delivered: [String]
    let refused: [String]
    let attempts: Int64
    let createdAt: Instant

    init(_ row: inout PostgresRow) throws(PostgresError) {
        id = try row.next()
        messageID = try row.next()
        recipients = try row.next()
        delivered = try row.next()
        refused = try row.next()
        attempts = try row.next()
        createdAt = try row.next()
    }

    func digest(_ lines: [AlertDigest.Line]) -> AlertDigest {
        let done = Set(delivered + refused)
        return AlertDigest(
            id: id, messageID: messageID, recipients: recipients, pending: recipients.filter { !done.contains($0) },
            refused: refused, attempts: Int(attempts), createdAt: createdAt, lines: lines)
    }
}
