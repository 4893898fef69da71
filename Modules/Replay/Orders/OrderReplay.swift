import CSV

/// The phase that replays `orders.csv` in the file's order, a bounded number of orders in flight.
struct OrderReplay: Sendable {
    /// Failed orders in a row after which a run gives up, besides those in flight: each may take half a minute to fail,
    /// and a server that is gone would keep a run busy for hours.
    static let maximumFailuresInRow = 50

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
        if failuresInRow >= Self.maximumFailuresInRow + concurrency { stop.request(.gaveUp) }
        progress.advance()
    }
}
