import Foundation
import Glibc
import NIOHTTP1
import PostgresClient
import TestSupport

/// An `inventory-mailer` process of a stage.
final class MailerProcess: Sendable {
    let child: Child
    private let stage: Stage

    /// - Parameter settings: in addition to the database, the mail server, the sender and the recipients.
    init(_ stage: Stage, _ url: String, _ arguments: [String] = [], _ settings: [String: String] = [:]) throws {
        self.stage = stage
        child = try Child(
            Products.path("inventory-mailer"), arguments,
            environment: Self.standard(stage, url).merging(settings) { $1 }, in: stage.folder)
    }

    private static func standard(_ stage: Stage, _ url: String) -> [String: String] {
        [
            "DATABASE_URL": stage.database, "SMTP_URL": url, "ALERT_FROM": "stock@shop.example",
            "ALERT_TO": "buyer@example.com", "LOG_FORMAT": "json", "METRICS_PORT": "0", "MAIL_DIGEST_SECONDS": "0",
            "MAIL_LEASE_SECONDS": "2",
            // So long that anything sent sooner was caused by a notification.
            "MAIL_INTERVAL_SECONDS": "600",
        ]
    }

    /// Starts a mailer and waits until it listens for notifications.
    static func start(
        _ stage: Stage, _ url: String, _ settings: [String: String] = [:]
    ) async throws -> MailerProcess {
        let mailer = try MailerProcess(stage, url, [], settings)
        try await eventually("the mailer listens") {
            if let end = mailer.child.end { throw Failure("it ended with \(end): \(mailer.child.errorOutput)") }
            return try await stage.count(
                "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'inventory-mailer listener' AND query LIKE 'LISTEN%'"
            )
                > 0
        }
        return mailer
    }

    /// Runs `inventory-mailer --once` to its end.
    static func once(
        _ stage: Stage, _ url: String, _ settings: [String: String] = [:]
    ) async throws -> (end: Child.End, log: String) {
        let mailer = try MailerProcess(stage, url, ["--once"], settings)
        let end = try await mailer.child.waitForEnd(within: .seconds(60))
        return (end, mailer.child.errorOutput)
    }

    /// Sends SIGTERM; the mailer must end by itself within little more than ten seconds.
    func terminate() async throws {
        child.send(SIGTERM)
        let end = try await child.waitForEnd(within: .seconds(12))
        guard end == .exit(0) else { throw Failure("it ended with \(end): \(child.errorOutput)") }
    }

    /// A response of its status page.
    func page(_ path: String) async throws -> Answer {
        let port = try await statusPort(of: child)
        return try await StockClient(url: "http://127.0.0.1:\(port)", http: stage.http).send(.GET, path)
    }
}

extension Stage {
    /// Records with stock and a reorder point. The alerts raised while they were still empty are not emailed: their
    /// deliveries are deleted.
    @discardableResult
    func calmStock(
        _ skus: [String], in warehouses: [String] = ["WH1"], quantity: Int, point: Int = 10
    ) async throws -> [String: [String: String]] {
        let ids = try await stock(skus, in: warehouses, quantity: quantity)
        guard let client = await clients.first else { throw Failure("no server") }
        for sku in skus {
            for warehouse in warehouses {
                try require(
                    await client.put(
                        "/inventory/\(sku)/\(warehouse)",
                        ["reorder_point": .integer(point), "reorder_quantity": 25]))
            }
        }
        try await withSession { session in
            try await session.script("DELETE FROM alert_deliveries", timeout: .seconds(10))
        }
        return ids
    }

    /// The deliveries of all alerts that have one, newest first: `state attempts last_error`.
    func deliveries() async throws -> [JSON] {
        guard let client = await clients.first else { throw Failure("no server") }
        return try await client.get("/alerts?status=open").json["items"].array.map { $0["delivery"] }
    }

    /// Alerts that are not in a completely delivered email.
    func unsentAlerts() async throws -> Int {
        try await count(
            """
            SELECT count(*) FROM alert_deliveries d LEFT JOIN outbound_emails e ON e.id = d.email_id
            WHERE e.status IS DISTINCT FROM 'sent'
            """)
    }
}
