import Domain
import HTTPCore
import HTTPTypes
import JSON
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
                planner: { try planReserve($0).map(Endpoint.Plan.command) },
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
                planner: { try planOrder($0, Command.confirm, "confirmed") },
                handler: confirm
            ),
            Endpoint(
                .post,
                .api("/reservations/{order_id}/release"),
                scope: .reservationsWrite,
                summary: "Gives what is pending back",
                description: .releaseOrder,
                planner: { try planOrder($0, Command.release, "released") },
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

    /// A checkout as it was sent.
    private struct Checkout {
        let order: OrderID
        let items: [ReservationRequestItem]
        let seconds: Int64
    }

    private func checkout(_ request: APIRequest) throws -> Checkout {
        var fields = try request.fields()
        let order = fields.required("order_id", .identifier() as FieldRule<OrderID>)
        let items = fields.list("items", count: ReservationLimits.items) { item, _ in item.reservationItem() }
        let seconds = fields.optional("ttl", .integer(in: ReservationLimits.seconds)) ?? standardSeconds
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

    private func once(_ request: APIRequest, _ order: OrderID) -> Once<Outcome>? {
        request.once { (outcome: Outcome) in
            guard case .reserved(_, let ids, let expiresAt) = outcome else { return nil }
            return Self.answer(order, ids, expiresAt)
        }
    }

    @Sendable private func reserve(_ request: APIRequest) async throws -> APIResponse {
        let checkout = try checkout(request)
        let held = try await reservations.reserve(
            order: checkout.order, items: checkout.items, seconds: checkout.seconds, actor: request.actor,
            once: once(request, checkout.order))
        return Self.answer(checkout.order, held.reservations, held.expiresAt)
    }

    @Sendable private func planReserve(_ request: APIRequest) throws -> CommandPlan? {
        let checkout = try checkout(request)
        let (order, actor, once) = (checkout.order, request.actor, once(request, checkout.order))
        let command = try reservations.command(toReserve: checkout.items, for: order, seconds: checkout.seconds)
        guard let command else { return nil }
        return CommandPlan(
            send: { reservations.submit(command, actor: actor, once: once, to: $0, number: $1) },
            answer: { outcome in
                reservations.count(outcome)
                guard case .reserved(_, let ids, let expiresAt) = try outcome.get() else {
                    throw ServiceFailure.internalFault(cause: "a reserve was answered by something else")
                }
                return Self.answer(order, ids, expiresAt)
            })
    }

    private func planOrder(
        _ request: APIRequest, _ command: (OrderID) -> Command, _ word: String
    ) throws -> Endpoint.Plan? {
        let order = try order(of: request)
        let (actor, command, answer) = (request.actor, command(order), answer(word, order))
        let once = request.once { (_: Outcome) in answer }
        return .command(
            CommandPlan(
                send: { reservations.submit(command, actor: actor, once: once, to: $0, number: $1) },
                answer: { outcome in
                    _ = try outcome.get()
                    return answer
                }))
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
