import Dashboard
import Domain
import HTTPCore
import HTTPTypes
import UseCases

/// Alerts by status, with the delivery state of their emails.
struct AlertsPage: Sendable {
    private static let limit = 50

    let renderer: PageRenderer
    let alerts: any AlertStore

    var endpoints: [Endpoint] {
        [renderer.page("/dashboard/alerts", "Alerts", list)]
    }

    @Sendable private func list(
        _ request: APIRequest, _ viewer: PageRenderer.Viewer
    ) async throws -> PageRenderer.Page {
        let status = AlertView.Status(rawValue: request.text("status")) ?? .open
        let wanted = try request.page(limit: Self.limit)
        let page = try await alerts.alerts(status: status, page: wanted)
        let mayAcknowledge = viewer.principal.allows(.procurementWrite)
        let path = PageRenderer.Section.alerts.rawValue
        var values: [String: Any] = [
            "tabs": AlertView.Status.allCases.map { tab in
                [
                    "name": tab.rawValue.capitalizedFirst, "current": tab == status,
                    "href": PageFormatting.link(path, [("status", tab.rawValue)]),
                ] as [String: Any]
            },
            "statusName": status.rawValue.capitalizedFirst, "emptyTitle": Self.empty(status).title,
            "emptyText": Self.empty(status).text,
        ]
        if !page.items.isEmpty {
            values["list"] =
                ["lines": page.items.map { Self.line($0, mayAcknowledge: mayAcknowledge) }] as [String: Any]
        }
        let query = [("status", status.rawValue)]
        if let pager = PageFormatting.pager(page, at: path, query, isFirst: wanted.cursor == nil) {
            values["pager"] = pager
        }
        return PageRenderer.Page(name: .alerts, title: "Alerts", section: .alerts, values: values)
    }

    private static func empty(_ status: AlertView.Status) -> (title: String, text: String) {
        switch status {
        case .open: ("Everything has been seen.", "A new alert appears here by itself.")
        case .acknowledged:
            ("Nothing is waiting.", "Alerts that somebody has acknowledged stay here until the stock is back.")
        case .resolved:
            ("Nothing was resolved yet.", "An alert is resolved when its record is above the reorder point again.")
        }
    }

    private static func line(_ alert: AlertView, mayAcknowledge: Bool) -> [String: Any] {
        var values: [String: Any] = [
            "id": alert.id.description, "sku": alert.sku.description, "name": alert.productName,
            "code": alert.warehouseCode.description,
            "href": PageFormatting.link(
                PageFormatting.product(alert.sku), [("warehouse", alert.warehouseCode.description)]),
            "available": Figures.grouped(alert.quantityAvailable),
            "tone": PageFormatting.tone(available: alert.quantityAvailable, isLow: true) ?? "",
            "point": Figures.grouped(alert.reorderPoint), "raised": PageFormatting.moment(alert.createdAt),
            "acknowledgeable": mayAcknowledge && alert.status == .open,
            "status": alert.status.rawValue.capitalizedFirst,
            "mail": alert.delivery.state.rawValue, "mailTone": mailTone(alert.delivery.state),
        ]
        if let sent = alert.delivery.sentAt { values["sent"] = PageFormatting.moment(sent) }
        if alert.delivery.state != .sent, let trouble = alert.delivery.lastError { values["trouble"] = trouble }
        if alert.status == .acknowledged, let by = alert.acknowledgedBy { values["by"] = by }
        if let since = alert.status == .resolved ? alert.resolvedAt : alert.acknowledgedAt {
            values["since"] = PageFormatting.moment(since)
        }
        return values
    }

    private static func mailTone(_ state: AlertView.Delivery.State) -> String {
        switch state {
        case .sent: "good"
        case .queued: ""
        case .failed: "out"
        }
    }
}
