public import Domain

/// A low-stock alert as the API and the dashboard show it.
public struct AlertView: Hashable, Sendable {
    public enum Status: String, Hashable, Sendable, CaseIterable {
        case open
        case acknowledged
        case resolved
    }

    /// The state of the alert's email.
    public struct Delivery: Hashable, Sendable {
        public enum State: String, Hashable, Sendable {
            /// Not sent yet, or waiting for the next attempt.
            case queued
            case sent
            case failed
        }

        public let state: State
        /// Attempts that have ended.
        public let attempts: Int
        public let sentAt: Instant?
        /// The Message-ID; nil until the alert is part of an email.
        public let messageID: String?
        /// The mail server's reply, or why it could not be reached.
        public let lastError: String?

        public init(state: State, attempts: Int, sentAt: Instant?, messageID: String?, lastError: String?) {
            self.state = state
            self.attempts = attempts
            self.sentAt = sentAt
            self.messageID = messageID
            self.lastError = lastError
        }
    }

    public let id: AlertID
    public let inventoryID: InventoryID
    public let sku: SKU
    public let productName: String
    public let warehouseCode: WarehouseCode
    /// Units available when the alert was raised.
    public let quantityAvailable: Int64
    public let reorderPoint: Int64
    public let status: Status
    public let createdAt: Instant
    public let acknowledgedAt: Instant?
    public let acknowledgedBy: String?
    public let resolvedAt: Instant?
    /// Nil if an earlier alert's suggestion for the record was still open.
    public let suggestionID: SuggestionID?
    public let delivery: Delivery

    public init(
        id: AlertID, inventoryID: InventoryID, sku: SKU, productName: String, warehouseCode: WarehouseCode,
        quantityAvailable: Int64, reorderPoint: Int64, status: Status, createdAt: Instant, acknowledgedAt: Instant?,
        acknowledgedBy: String?, resolvedAt: Instant?, suggestionID: SuggestionID?, delivery: Delivery
    ) {
        self.id = id
        self.inventoryID = inventoryID
        self.sku = sku
        self.productName = productName
        self.warehouseCode = warehouseCode
        self.quantityAvailable = quantityAvailable
        self.reorderPoint = reorderPoint
        self.status = status
        self.createdAt = createdAt
        self.acknowledgedAt = acknowledgedAt
        self.acknowledgedBy = acknowledgedBy
        self.resolvedAt = resolvedAt
        self.suggestionID = suggestionID
        self.delivery = delivery
    }
}

/// A purchase order suggestion as the API and the dashboard show it.
public struct SuggestionView: Hashable, Sendable {
    public enum Status: String, Hashable, Sendable, CaseIterable {
        case open
        case accepted
        case dismissed
        /// The record recovered before a decision.
        case withdrawn
    }

    public let id: SuggestionID
    public let alertID: AlertID
    public let inventoryID: InventoryID
    public let sku: SKU
    public let productName: String
    public let warehouseCode: WarehouseCode
    /// Units to order.
    public let quantity: Int64
    /// The price of one unit when the suggestion was made.
    public let unitPrice: Money
    public let quantityAvailable: Int64
    public let reorderPoint: Int64
    public let status: Status
    public let createdAt: Instant
    public let decidedAt: Instant?
    public let decidedBy: String?

    public init(
        id: SuggestionID, alertID: AlertID, inventoryID: InventoryID, sku: SKU, productName: String,
        warehouseCode: WarehouseCode, quantity: Int64, unitPrice: Money, quantityAvailable: Int64,
        reorderPoint: Int64, status: Status, createdAt: Instant, decidedAt: Instant?, decidedBy: String?
    ) {
        self.id = id
        self.alertID = alertID
        self.inventoryID = inventoryID
        self.sku = sku
        self.productName = productName
        self.warehouseCode = warehouseCode
        self.quantity = quantity
        self.unitPrice = unitPrice
        self.quantityAvailable = quantityAvailable
        self.reorderPoint = reorderPoint
        self.status = status
        self.createdAt = createdAt
        self.decidedAt = decidedAt
        self.decidedBy = decidedBy
    }
}

/// A person's decision on a suggestion.
public enum SuggestionDecision: String, Hashable, Sendable, CaseIterable {
    case accept
    case dismiss

    /// The suggestion's status after the decision.
    public var status: SuggestionView.Status {
        switch self {
        case .accept: .accepted
        case .dismiss: .dismissed
        }
    }
}

/// Reads alerts and suggestions, and records people's decisions; the write path creates and resolves them. With `once`
/// a change can be retried safely.
///
/// Throws `.notFound`, `.alreadyDecided`, `.replayed`, `.keyReused`, `.badCursor`, `.unavailable` or `.internalFault`.
public protocol AlertStore: Sendable {
    /// Newest first.
    func alerts(status: AlertView.Status?, page: PageRequest) async throws(ServiceFailure) -> Page<AlertView>

    /// Marks an open alert as acknowledged. An alert that is already acknowledged or resolved stays as it is.
    func acknowledge(
        _ id: AlertID, actor: String, once: Once<AlertView>?
    ) async throws(ServiceFailure) -> AlertView

    /// Newest first.
    func suggestions(
        status: SuggestionView.Status?, page: PageRequest
    ) async throws(ServiceFailure) -> Page<SuggestionView>

    /// Repeating the same decision changes nothing; a different one throws `.alreadyDecided`.
    func decide(
        _ id: SuggestionID, _ decision: SuggestionDecision, actor: String, once: Once<SuggestionView>?
    ) async throws(ServiceFailure) -> SuggestionView
}

/// Without an idempotency key.
extension AlertStore {
    public func acknowledge(_ id: AlertID, actor: String) async throws(ServiceFailure) -> AlertView {
        try await acknowledge(id, actor: actor, once: nil)
    }

    public func decide(
        _ id: SuggestionID, _ decision: SuggestionDecision, actor: String
    ) async throws(ServiceFailure) -> SuggestionView {
        try await decide(id, decision, actor: actor, once: nil)
    }
}
