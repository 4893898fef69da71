import Basics

/// Replays one order: reserve, then confirm or release.
struct Checkout: Sendable {
    enum Outcome: Equatable, Sendable {
        /// The server knew the order before this run.
        case known
        /// Not enough stock.
        case refused
        case confirmed
        case released
        /// The order failed after ten attempts or with an unexpected response; holds the reason.
        case failed(String)
    }

    private enum Reserved: Equatable {
        case all
        case refused
        case failed(String)
    }

    let client: ReplayClient
    let choice: ConfirmChoice
    /// Whether the database may already hold orders of this file.
    let checksForKnownOrders: Bool
    /// Makes the idempotency keys of each run unique, so that an earlier run's refusal is not replayed.
    let runID: String

    /// - Throws: `CancellationError` when the task was cancelled; the order's state is then unknown.
    func run(_ order: CheckoutOrder) async throws -> Outcome {
        do {
            if checksForKnownOrders, try await reservationCount(order) > 0 { return .known }
            switch try await timed(\.reserve, { try await reserve(order) }) {
            case .all: break
            case .refused: return .refused
            case .failed(let reason): return .failed(reason)
            }
            client.tally.count {
                $0.reserved += 1
                $0.linesReserved += order.lines.count
                $0.unitsReserved += order.units
            }
            return try await settle(order)
        } catch let failure as ReplayFailure {
            return .failed("order \(order.text): \(failure)")
        }
    }

    // MARK: - Reserve

    private func reserve(_ order: CheckoutOrder) async throws -> Reserved {
        var reservedBefore = 0
        for (index, lines) in order.parts.enumerated() {
            let request = try ReplayRequest.reserve(
                order,
                lines,
                idempotencyKey: "replay-\(runID)-\(order.text)-\(index)"
            )
            let result = try await reserve(order, request, expectedCount: reservedBefore + lines.count)
            guard result == .all else {
                // An order is reserved completely or not at all: release what its earlier calls reserved.
                if reservedBefore > 0 { _ = try await client.repeating(.release(order)) }
                return result
            }
            reservedBefore += lines.count
        }
        return .all
    }

    /// A second reserve of an order adds to it, so after a lost response the order is looked up before the call is
    /// repeated. The idempotency key covers what a lookup cannot see: a first attempt that the server is still
    /// processing.
    private func reserve(
        _ order: CheckoutOrder,
        _ request: ReplayRequest,
        expectedCount: Int
    ) async throws -> Reserved {
        var number = 1
        while true {
            let outcome = try await client.attempt(request)
            var mayHaveActed = true
            var reason: String
            switch outcome {
            case .answered(let answer, .final):
                if answer.isSuccess { return .all }
                if answer.status == 400, answer.code == "insufficient_stock" { return .refused }
                return .failed("order \(order.text): reserve: \(answer.summary)")
            case .answered(let answer, let verdict):
                mayHaveActed = verdict == .unclear
                reason = answer.summary
            case .lost(let why):
                reason = "no answer: \(why)"
            }
            guard try await client.pause(afterAttempt: number, outcome) else {
                return .failed("order \(order.text): reserve: \(reason)")
            }
            number += 1
            if mayHaveActed, try await reservationCount(order) >= expectedCount { return .all }
        }
    }

    private func reservationCount(_ order: CheckoutOrder) async throws -> Int {
        let answer = try await client.repeating(.reservations(of: order))
        if answer.status == 404 { return 0 }
        guard answer.isSuccess, let count = answer.reservationCount else {
            throw ReplayFailure(.refused, "look for reservations: \(answer.summary)")
        }
        return count
    }

    // MARK: - Confirm or release

    /// Both are safe to repeat: the second call is answered 200 and changes nothing.
    private func settle(_ order: CheckoutOrder) async throws -> Outcome {
        let confirms = choice.confirms(order.id)
        let answer =
            confirms
            ? try await timed(\.confirm) { try await client.repeating(.confirm(order)) }
            : try await timed(\.release) { try await client.repeating(.release(order)) }
        guard answer.isSuccess else {
            return .failed("order \(order.text): \(confirms ? "confirm" : "release"): \(answer.summary)")
        }
        return confirms ? .confirmed : .released
    }

    /// Times a call from the first byte sent to the final response, waits between attempts included, as a customer
    /// would.
    private func timed<T>(
        _ histogram: WritableKeyPath<LatencyHistograms, LatencyHistogram>,
        _ body: () async throws -> T
    ) async throws -> T {
        let start = ContinuousClock.now
        let result = try await body()
        client.tally.note(histogram, ContinuousClock.now - start)
        return result
    }
}
