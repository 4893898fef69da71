public import Domain

/// One email to procurement: alerts of the same recipients that were raised close together.
public struct AlertDigest: Hashable, Sendable {
    public let id: EmailID
    /// The same in every try: `<id@domain>`.
    public let messageID: String
    /// Everybody whom it is for.
    public let recipients: [String]
    /// Those who do not have it yet and have not been refused.
    public let pending: [String]
    /// Those whom the mail server refused for good in earlier tries.
    public let refused: [String]
    /// Tries that have ended so far.
    public let attempts: Int
    public let createdAt: Instant
    /// In the order in which the alerts were raised.
    public let lines: [Line]

    /// One alert with its suggestion, and the names that people know the record by.
    public struct Line: Hashable, Sendable {
        public let alertID: AlertID
        public let sku: SKU
        public let productName: String
        public let warehouseName: String
        public let warehouseCode: WarehouseCode
        /// Units, when the alert was raised.
        public let quantityAvailable: Int64
        public let reorderPoint: Int64
        /// Units that the suggestion is for.
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

/// A digest that this process may send until its lease runs out.
public struct ClaimedDigest: Sendable {
    public let digest: AlertDigest
    /// Proves the claim when it is renewed or settled.
    public let lease: LeaseToken

    public init(digest: AlertDigest, lease: LeaseToken) {
        self.digest = digest
        self.lease = lease
    }
}

/// How alerts become digests.
public struct DigestRules: Hashable, Sendable {
    /// Who is told unless a warehouse has recipients of its own. May be empty.
    public let recipients: [String]
    /// After one digest to some recipients, alerts to the same are gathered for so long.
    public let window: Duration
    /// What stands behind the `@` of a Message-ID.
    public let domain: String

    public init(recipients: [String], window: Duration, domain: String) {
        self.recipients = recipients
        self.window = window
        self.domain = domain
    }
}

/// What one try to send a digest came to.
public enum DigestOutcome: Hashable, Sendable {
    /// Everybody has it.
    case sent
    /// Somebody may still get it, at the earliest after the pause.
    case retry(after: Duration, lastError: String, kind: DeliveryReport.Delay.Kind)
    /// Nothing more is tried until an operator asks for it.
    case failed(lastError: String)
}

/// What waits to be mailed.
public struct MailBacklog: Hashable, Sendable {
    /// Alerts that are in no digest yet.
    public var alerts: Int
    /// Those of them that nobody is named for: neither by the warehouse nor by `ALERT_TO`.
    public var alertsWithoutRecipients: Int
    public var queuedDigests: Int
    public var failedDigests: Int
    /// Those of the queued ones that wait only because the mail server could not be talked to.
    public var digestsWaitingForServer: Int
    /// How long until something is due by time alone; nil when nothing waits for time.
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

/// Alerts on their way to procurement. Any number of mailers may share one; each alert goes into exactly one digest.
///
/// Throws `.unavailable` or `.internalFault`.
public protocol MailOutbox: Sendable {
    /// Makes digests of the alerts that may leave now.
    /// - Returns: how many digests were made.
    func gather(_ rules: DigestRules) async throws(ServiceFailure) -> Int

    /// Takes a digest that is due and that nobody else has.
    /// - Parameter lease: how long it is nobody else's unless renewed.
    func claim(lease: Duration) async throws(ServiceFailure) -> ClaimedDigest?

    /// - Returns: false when the claim was lost: somebody else may be sending it.
    func renew(_ claim: ClaimedDigest, lease: Duration) async throws(ServiceFailure) -> Bool

    /// Writes down a try and gives the claim back. Those who have the digest, or were refused, are not asked again.
    func settle(
        _ claim: ClaimedDigest, delivered: [String], refused: [String], _ outcome: DigestOutcome
    ) async throws(ServiceFailure)

    /// Gives the claim back as if there had been no try.
    func giveBack(_ claim: ClaimedDigest) async throws(ServiceFailure)

    /// The mail server answers again: what waits only because it did not is due now.
    func serverIsBack() async throws(ServiceFailure)

    func backlog(_ rules: DigestRules) async throws(ServiceFailure) -> MailBacklog
}
