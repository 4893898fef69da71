public import Domain

/// One email to procurement: alerts for the same recipients that were raised close together.
public struct AlertDigest: Hashable, Sendable {
    public let id: EmailID
    /// `<id@domain>`, the same in every attempt.
    public let messageID: String
    /// All recipients.
    public let recipients: [String]
    /// Recipients that have neither received it nor been refused.
    public let pending: [String]
    /// Recipients that the mail server refused permanently in earlier attempts.
    public let refused: [String]
    /// Attempts that have ended so far.
    public let attempts: Int
    public let createdAt: Instant
    /// In the order in which the alerts were raised.
    public let lines: [Line]

    /// One alert with its suggestion, and the names of its product and warehouse.
    public struct Line: Hashable, Sendable {
        public let alertID: AlertID
        public let sku: SKU
        public let productName: String
        public let warehouseName: String
        public let warehouseCode: WarehouseCode
        /// Units available when the alert was raised.
        public let quantityAvailable: Int64
        public let reorderPoint: Int64
        /// Units to order.
        public let suggestedQuantity: Int64
        /// The price of one unit when the alert was raised.
        public let unitPrice: Money
        public let raisedAt: Instant
        /// When the record recovered; nil while it is low.
        public let resolvedAt: Instant?

        public init(
            alertID: AlertID, sku: SKU, productName: String, warehouseName: String, warehouseCode: WarehouseCode,
            quantityAvailable: Int64, reorderPoint: Int64, suggestedQuantity: Int64, unitPrice: Money,
            raisedAt: Instant, resolvedAt: Instant?
        ) {
            self.alertID = alertID
            self.sku = sku
            self.productName = productName
            self.warehouseName = warehouseName
            self.warehouseCode = warehouseCode
            self.quantityAvailable = quantityAvailable
            self.reorderPoint = reorderPoint
            self.suggestedQuantity = suggestedQuantity
            self.unitPrice = unitPrice
            self.raisedAt = raisedAt
            self.resolvedAt = resolvedAt
        }
    }

    public init(
        id: EmailID, messageID: String, recipients: [String], pending: [String], refused: [String] = [],
        attempts: Int, createdAt: Instant, lines: [Line]
    ) {
        self.id = id
        self.messageID = messageID
        self.recipients = recipients
        self.pending = pending
        self.refused = refused
        self.attempts = attempts
        self.createdAt = createdAt
        self.lines = lines
    }
}

/// A digest that this process may send until its lease expires.
public struct ClaimedDigest: Sendable {
    public let digest: AlertDigest
    /// Proves the claim when it is renewed or settled.
    public let lease: LeaseToken

    public init(digest: AlertDigest, lease: LeaseToken) {
        self.digest = digest
        self.lease = lease
    }
}

/// How alerts are grouped into digests.
public struct DigestRules: Hashable, Sendable {
    /// The recipients for warehouses without their own list. May be empty.
    public let recipients: [String]
    /// After a digest, alerts for the same recipients are collected for this long.
    public let window: Duration
    /// The domain of the Message-IDs.
    public let domain: String

    public init(recipients: [String], window: Duration, domain: String) {
        self.recipients = recipients
        self.window = window
        self.domain = domain
    }
}

/// The result of one attempt to send a digest.
public enum DigestOutcome: Hashable, Sendable {
    /// All recipients have it.
    case sent
    /// Some recipients must be tried again, after the pause at the earliest.
    case retry(after: Duration, lastError: String, kind: DeliveryReport.Delay.Kind)
    /// No further attempt until an operator requeues it.
    case failed(lastError: String)
}

/// The alerts and digests that wait to be sent.
public struct MailBacklog: Hashable, Sendable {
    /// Alerts that are in no digest yet.
    public var alerts: Int
    /// Those of them that have no recipients, neither from the warehouse nor from `ALERT_TO`.
    public var alertsWithoutRecipients: Int
    public var queuedDigests: Int
    public var failedDigests: Int
    /// Queued digests that wait only because the mail server could not be reached.
    public var digestsWaitingForServer: Int
    /// How long until the next digest can be created or sent; nil if none waits for a time.
    public var nextDue: Duration?

    public init(
        alerts: Int = 0, alertsWithoutRecipients: Int = 0, queuedDigests: Int = 0, failedDigests: Int = 0,
        digestsWaitingForServer: Int = 0, nextDue: Duration? = nil
    ) {
        self.alerts = alerts
        self.alertsWithoutRecipients = alertsWithoutRecipients
        self.queuedDigests = queuedDigests
        self.failedDigests = failedDigests
        self.digestsWaitingForServer = digestsWaitingForServer
        self.nextDue = nextDue
    }
}

/// The queue of alert emails. Any number of mailers may share it; each alert becomes part of exactly one digest.
///
/// Throws `.unavailable` or `.internalFault`.
public protocol MailOutbox: Sendable {
    /// Creates digests from the alerts that may be sent now.
    /// - Returns: how many digests were created.
    func gather(_ rules: DigestRules) async throws(ServiceFailure) -> Int

    /// Claims a digest that is due and not claimed by another process.
    /// - Parameter lease: how long the claim lasts unless it is renewed.
    func claim(lease: Duration) async throws(ServiceFailure) -> ClaimedDigest?

    /// - Returns: false if the claim was lost: another process may be sending the digest.
    func renew(_ claim: ClaimedDigest, lease: Duration) async throws(ServiceFailure) -> Bool

    /// Records an attempt and releases the claim. Recipients that were delivered to or refused are not tried again.
    func settle(
        _ claim: ClaimedDigest, delivered: [String], refused: [String], _ outcome: DigestOutcome
    ) async throws(ServiceFailure)

    /// Releases the claim without recording an attempt.
    func release(_ claim: ClaimedDigest) async throws(ServiceFailure)

    /// The mail server answers again: makes the digests due now that waited only for it.
    func serverRecovered() async throws(ServiceFailure)

    func backlog(_ rules: DigestRules) async throws(ServiceFailure) -> MailBacklog
}
