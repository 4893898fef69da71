import Domain
import HTTPCore
import HTTPTypes
import JSON
import UseCases

/// Checkout: reserve, then confirm or release.
struct ReservationEndpoints: Sendable {
    let reservations: ReservationService
    /// How long units are held when the request has no `ttl`, in seconds.
    let standardSeconds: Int64

    var endpoints: [Endpoint] {
        [
            Endpoint(
                .post,
                .api("/reservations"),
                scope: .reservationsWrite,
                body: .json,
                summary: "Holds units for an order, all items or none",
                description: .reserve,
                .command(reserve)
            ),
            Endpoint(
                .get,
                .api("/reservations/{order_id}"),
                scope: .read,
                summary: "Shows an order's reservations",
                description: .getOrder,
                handler: show
            ),
            Endpoint(
                .post,
                .api("/reservations/{order_id}/confirm"),
                scope: .reservationsWrite,
                summary: "Takes what is pending off the stock: payment arrived",
                description: .confirmOrder,
                .command { try decide($0, "confirmed", reservations.confirm) }
            ),
            Endpoint(
                .post,
                .api("/reservations/{order_id}/release"),
                scope: .reservationsWrite,
                summary: "Gives what is pending back",
                description: .releaseOrder,
                .command { try decide($0, "released", reservations.release) }
            ),
            Endpoint(
                .post,
                .api("/reservations/{order_id}/extend"),
                scope: .reservationsWrite,
                body: .json,
                summary: "Holds what is pending for so many seconds from now",
                description: .extendOrder,
                .command(extend)
            ),
        ]
    }

    /// The body of a reserve.
    private struct Checkout {
        let order: OrderID
        let items: [ReservationRequestItem]
        let seconds: Int64
    }

    private func checkout(_ request: APIRequest) throws -> Checkout {
        var fields = try request.fields()
        let order = fields.read(ReservationBody.order)
        let items = fields.read(ReservationBody.items) { item, _ in item.reservationItem() }
        let seconds = fields.read(ReservationBody.seconds) ?? standardSeconds
        guard fields.faults.isEmpty, let order, let items else { throw fields.failure }
        return Checkout(order: order, items: items, seconds: seconds)
    }

    private static func answer(_ order: OrderID, _ ids: [ReservationID], _ expiresAt: Instant) -> APIResponse {
        .json { writer in
            writer.object { writer in
                writer.member("reservation_ids", ids) { $0.identifier($1) }
                writer.member("status", "reserved")
                writer.member("order_id", order)
                writer.member("expires_at", expiresAt)
            }
        }
    }

    @Sendable private func reserve(_ request: APIRequest) throws -> CommandPlan {
        let checkout = try checkout(request)
        let order = checkout.order
        let once = request.once { (outcome: Outcome) in
            guard case .reserved(_, let ids, let expiresAt) = outcome else { return nil }
            return Self.answer(order, ids, expiresAt)
        }
        let command = try reservations.reserve(
            order: order, items: checkout.items, seconds: checkout.seconds, actor: request.actor, once: once)
        return CommandPlan(command) { Self.answer(order, $0.reservations, $0.expiresAt) }
    }

    /// Confirms or releases.
    private func decide(
        _ request: APIRequest, _ status: String,
        _ decision: (OrderID, String, Once<Outcome>?) -> PreparedCommand<Void>
    ) throws -> CommandPlan {
        let order = try order(of: request)
        let answer = Self.answer(status, order)
        return CommandPlan(decision(order, request.actor, request.once { (_: Outcome) in answer })) { answer }
    }

    @Sendable private func show(_ request: APIRequest) async throws -> APIResponse {
        let order = try order(of: request)
        let found = try await reservations.reservations(of: order)
        return .json { writer in
            writer.object { writer in
                writer.member("order_id", order)
                writer.member("reservations", found) { $0.reservation($1) }
            }
        }
    }

    @Sendable private func extend(_ request: APIRequest) throws -> CommandPlan {
        var parameters = ParameterReader(request)
        let order = parameters.path("order_id", .identifier() as FieldRule<OrderID>)
        var fields = try request.fields(after: parameters.faults)
        let seconds = fields.read(ReservationBody.newSeconds)
        guard let (order, seconds) = fields.all(order, seconds) else { throw fields.failure }
        let once = request.once { (outcome: Outcome) in
            if case .extended(_, let expiresAt) = outcome {
                Self.answer("reserved", order, expiresAt: expiresAt)
            } else {
                nil
            }
        }
        let command = reservations.extend(order, seconds: seconds, actor: request.actor, once: once)
        return CommandPlan(command) { Self.answer("reserved", order, expiresAt: $0) }
    }

    private func order(of request: APIRequest) throws -> OrderID {
        var parameters = ParameterReader(request)
        guard let order = parameters.path("order_id", .identifier() as FieldRule<OrderID>) else {
            throw parameters.failure
        }
        return order
    }

    private static func answer(_ status: String, _ order: OrderID, expiresAt: Instant? = nil) -> APIResponse {
        .json { writer in
            writer.object { writer in
                writer.member("status", status)
                writer.member("order_id", order)
                if let expiresAt { writer.member("expires_at", expiresAt) }
            }
        }
    }
}
