import Domain
import HTTPTypes
import UseCases

/// Checkout: reserve, then confirm or release.
struct ReservationEndpoints: Sendable {
    let reservations: ReservationService
    /// How long units are held when the caller does not say, in seconds.
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
                handler: reserve
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
                handler: confirm
            ),
            Endpoint(
                .post,
                .api("/reservations/{order_id}/release"),
                scope: .reservationsWrite,
                summary: "Gives what is pending back",
                description: .releaseOrder,
                handler: release
            ),
            Endpoint(
                .post,
                .api("/reservations/{order_id}/extend"),
                scope: .reservationsWrite,
                body: .json,
                summary: "Holds what is pending for so many seconds from now",
                description: .extendOrder,
                handler: extend
            ),
        ]
    }

    @Sendable private func reserve(_ request: APIRequest) async throws -> APIResponse {
        var fields = try request.fields()
        let order = fields.required("order_id", .identifier() as FieldRule<OrderID>)
        let items = fields.list("items", count: ReservationLimits.items) { item, _ in item.reservationItem() }
        let seconds = fields.optional("ttl", .integer(in: ReservationLimits.seconds)) ?? standardSeconds
        guard let (order, items) = fields.all(order, items) else { throw fields.failure }
        let answer = { @Sendable (ids: [ReservationID], expiresAt: Instant) -> APIResponse in
            .json { writer in
                writer.object { writer in
                    writer.member("reservation_ids", ids) { $0.string($1.description) }
                    writer.member("status", "reserved")
                    writer.member("order_id", order)
                    writer.member("expires_at", expiresAt)
                }
            }
        }
        let held = try await reservations.reserve(
            order: order,
            items: items,
            seconds: seconds,
            actor: request.actor,
            once: request.once { (outcome: Outcome) in
                if case .reserved(_, let ids, let expiresAt) = outcome { answer(ids, expiresAt) } else { nil }
            }
        )
        return answer(held.reservations, held.expiresAt)
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

    @Sendable private func confirm(_ request: APIRequest) async throws -> APIResponse {
        let order = try order(of: request)
        let answer = answer("confirmed", order)
        try await reservations.confirm(order, actor: request.actor, once: request.once { (_: Outcome) in answer })
        return answer
    }

    @Sendable private func release(_ request: APIRequest) async throws -> APIResponse {
        let order = try order(of: request)
        let answer = answer("released", order)
        try await reservations.release(order, actor: request.actor, once: request.once { (_: Outcome) in answer })
        return answer
    }

    @Sendable private func extend(_ request: APIRequest) async throws -> APIResponse {
        var parameters = ParameterReader(request)
        let order = parameters.path("order_id", .identifier() as FieldRule<OrderID>)
        var fields = try request.fields(after: parameters.faults)
        let seconds = fields.required("ttl", .integer(in: ReservationLimits.seconds))
        guard let (order, seconds) = fields.all(order, seconds) else { throw fields.failure }
        let once = request.once { (outcome: Outcome) in
            if case .extended(_, let expiresAt) = outcome {
                answer("reserved", order, expiresAt: expiresAt)
            } else {
                nil
            }
        }
        let expiresAt = try await reservations.extend(order, seconds: seconds, actor: request.actor, once: once)
        return answer("reserved", order, expiresAt: expiresAt)
    }

    private func order(of request: APIRequest) throws -> OrderID {
        var parameters = ParameterReader(request)
        guard let order = parameters.path("order_id", .identifier() as FieldRule<OrderID>) else {
            throw parameters.failure
        }
        return order
    }

    private func answer(_ status: String, _ order: OrderID, expiresAt: Instant? = nil) -> APIResponse {
        .json { writer in
            writer.object { writer in
                writer.member("status", status)
                writer.member("order_id", order)
                if let expiresAt { writer.member("expires_at", expiresAt) }
            }
        }
    }
}
