import CSV

/// Replays `orders.csv` in file order, with a bounded number of orders in flight.
struct OrderReplay: Sendable {
    /// Consecutive failed orders after which a run gives up, not counting those in flight: each may take half a minute
    /// to fail, so an unreachable server would keep a run busy for hours.
    static let maximumConsecutiveFailures = 50

    let checkout: Checkout
    let concurrency: Int
    let limit: Int
    let stop: ReplayStop
    let progress: ReplayProgress

    /// - Throws: ``CSVError`` if the file changed since it was checked; `CancellationError`.
    func run(_ path: String) async throws {
        let file = try CSVFile<CheckoutLine>(path: path)
        var orders = CheckoutOrders()
        var remaining = limit
        try await forEachInFlight(concurrency, stop: stop) {
            guard remaining > 0 else { return nil }
            remaining -= 1
            return try orders.next(file.next)
        } body: { order in
            try await replay(order)
        }
    }

    private func replay(_ order: CheckoutOrder) async throws {
        let outcome: Checkout.Outcome
        do {
            outcome = try await checkout.run(order)
        } catch is CancellationError {
            checkout.client.tally.count { $0.unfinished += 1 }
            throw CancellationError()
        }
        let failuresInRow = checkout.client.tally.settle(order, outcome)
        if failuresInRow >= Self.maximumConsecutiveFailures + concurrency { stop.request(.gaveUp) }
        progress.advance()
    }
}
