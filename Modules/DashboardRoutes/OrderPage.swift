import Dashboard
import Domain
import HTTPCore
import HTTPTypes
import UseCases

/// An order's reservations, for customer support.
struct OrderPage: Sendable {
    /// The most reservations listed; an order may have any number.
    private static let lineLimit = 200

    let renderer: PageRenderer
    let reservations: ReservationService

    var endpoints: [Endpoint] {
        [
            renderer.page("/dashboard/orders", "Asks for an order") { request, viewer in
                let asked = request.text("order_id").lowercased().filter { !$0.isWhitespace }
                guard !asked.isEmpty else { return Self.question([:]) }
                guard let order = OrderID(asked) else {
                    return Self.question([
                        "asked": asked, "fault": "An order id is a UUID: 36 characters in five groups.",
                    ])
                }
                return try await show(order, viewer)
            },
            renderer.page("/dashboard/orders/{order_id}", "An order") { request, viewer in
                let text = request.parameters["order_id"]
                guard let order = OrderID(text) else { throw Problem.unknown("Not an order id", text) }
                return try await show(order, viewer)
            },
        ]
    }

    private static func question(_ values: [String: Any], status: HTTPResponse.Status = .ok) -> PageRenderer.Page {
        PageRenderer.Page(name: .order, title: "Orders", section: .orders, status: status, values: values)
    }

    private func show(_ order: OrderID, _ viewer: PageRenderer.Viewer) async throws -> PageRenderer.Page {
        let found: [Reservation]
        do throws(ServiceFailure) {
            found = try await reservations.reservations(of: order)
        } catch .notFound {
            found = []
        }
        guard !found.isEmpty else {
            return Self.question(["asked": order.description, "missing": true], status: .notFound)
        }
        return PageRenderer.Page(
            name: .order, title: "Order \(PageFormatting.short(order))", section: .orders,
            values: ["asked": order.description, "order": values(order, found, viewer.principal)])
    }

    private func values(_ order: OrderID, _ found: [Reservation], _ principal: Principal) -> [String: Any] {
        let pending = found.filter(\.isPending)
        let held = pending.reduce(Int64(0)) { sum, reservation in
            let (total, overflow) = sum.addingReportingOverflow(reservation.quantity)
            return overflow ? .max : total
        }
        let counts = Dictionary(grouping: found, by: \.status.label)
        var values: [String: Any] = [
            "id": order.description, "held": PageFormatting.units(held),
            "states": counts.keys.sorted().map { label in
                ["name": "\(Figures.grouped(Int64(counts[label]?.count ?? 0))) \(label)", "tone": Self.tone(label)]
                    as [String: Any]
            },
            "actions": !pending.isEmpty && principal.allows(.reservationsWrite),
            "lines": found.prefix(Self.lineLimit).map(Self.line),
        ]
        if let made = found.map(\.createdAt).min() { values["made"] = PageFormatting.moment(made) }
        if let end = pending.map(\.expiresAt).min() { values["expires"] = PageFormatting.moment(end) }
        if found.count > Self.lineLimit {
            values["cut"] = "The first \(Self.lineLimit) of \(Figures.grouped(Int64(found.count)))."
        }
        return values
    }

    private static func line(_ reservation: Reservation) -> [String: Any] {
        var values: [String: Any] = [
            "sku": reservation.reference.sku.description, "code": reservation.reference.warehouseCode.description,
            "href": PageFormatting.link(
                PageFormatting.product(reservation.reference.sku),
                [("warehouse", reservation.reference.warehouseCode.description)]),
            "quantity": Figures.grouped(reservation.quantity), "status": reservation.status.label,
            "tone": tone(reservation.status.label), "expires": PageFormatting.moment(reservation.expiresAt),
        ]
        if let at = reservation.resolvedAt { values["resolved"] = PageFormatting.moment(at) }
        return values
    }

    private static func tone(_ label: String) -> String {
        switch label {
        case "confirmed": "good"
        case "pending": "low"
        default: ""
        }
    }
}

extension Reservation.Status {
    /// The status as a word; for a released reservation, the reason.
    fileprivate var label: String {
        switch self {
        case .pending: "pending"
        case .confirmed: "confirmed"
        case .released(_, let reason): reason.rawValue
        }
    }
}
