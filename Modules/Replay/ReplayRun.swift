import CSV

/// One replay: loads what is missing of catalogue and opening stock, then replays the orders.
///
/// It can be repeated on the same database: stock is received once, and orders that the server knows are skipped.
public struct ReplayRun: Sendable {
    /// How long orders in flight may take to complete after cancellation.
    static let graceAfterCancellation = Duration.seconds(10)

    private let options: ReplayOptions
    private let progress: ReplayProgress
    private let transport: (any ReplayTransport)?
    private let wait: @Sendable (Duration) async throws -> Void

    public init(_ options: ReplayOptions, progress: ReplayProgress = .silent) {
        self.init(options, progress: progress, transport: nil) { try await Task.sleep(for: $0) }
    }

    /// For tests, with another transport and clock.
    init(
        _ options: ReplayOptions,
        progress: ReplayProgress,
        transport: (any ReplayTransport)?,
        wait: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.options = options
        self.progress = progress
        self.transport = transport
        self.wait = wait
    }

    /// Runs the replay. All connections are closed when it returns or throws.
    ///
    /// On cancellation no new order starts, those in flight have ten seconds to complete, and the report covers what
    /// was done.
    /// - Throws: ``ReplayFailure`` for invalid files, unreachable servers, and a refused load.
    public func run() async throws -> ReplayReport {
        let stop = ReplayStop()
        // A separate task, so that cancelling the caller does not abort calls in flight.
        let work = Task { try await perform(stop) }
        return try await withTaskCancellationHandler {
            try await work.value
        } onCancel: {
            stop.request(.interrupted)
            Task {
                try await Task.sleep(for: Self.graceAfterCancellation)
                work.cancel()
            }
        }
    }

    private func perform(_ stop: ReplayStop) async throws -> ReplayReport {
        let files: ReplayFiles
        do {
            files = try ReplayFiles.check(options)
        } catch {
            throw ReplayFailure(error)
        }
        let transport: any ReplayTransport =
            self.transport
            ?? HTTPClientTransport(urls: options.urls, key: options.key, concurrency: options.concurrency)
        let tally = ReplayTally()
        let client = ReplayClient(transport: transport, tally: tally, wait: wait)
        var course = ReplayReport.Course(orders: files.orders)
        var fault: (any Error)?
        do {
            try await load(files, client, stop, &course)
            if stop.reason == nil { try await replay(files, client, stop, &course) }
        } catch is CancellationError {
            stop.request(.interrupted)
        } catch let error as CSVError {
            fault = ReplayFailure(error)
        } catch {
            fault = error
        }
        await transport.close()
        if let fault { throw fault }
        return ReplayReport(stop.reason ?? .complete, tally.snapshot, course)
    }

    private func load(
        _ files: ReplayFiles,
        _ client: ReplayClient,
        _ stop: ReplayStop,
        _ course: inout ReplayReport.Course
    ) async throws {
        let start = ContinuousClock.now
        defer {
            course.loadSeconds = (ContinuousClock.now - start).seconds
            course.requestsBeforeReplay = client.tally.snapshot.counts.requests
        }
        let catalogue = CatalogueLoad(
            client: client,
            concurrency: options.concurrency,
            stop: stop,
            progress: progress
        )
        try await phase("warehouses", files.warehouses) { try await catalogue.warehouses(options.warehouses) }
        try await phase("products", files.products) { try await catalogue.products(options.products) }
        let stock = OpeningStock(client: client, concurrency: options.concurrency, stop: stop, progress: progress)
        try await phase("stock", files.stock) { try await stock.load(options.stock) }
    }

    private func replay(
        _ files: ReplayFiles,
        _ client: ReplayClient,
        _ stop: ReplayStop,
        _ course: inout ReplayReport.Course
    ) async throws {
        let start = ContinuousClock.now
        defer { course.replaySeconds = (ContinuousClock.now - start).seconds }
        let counts = client.tally.snapshot.counts
        // If no unit had moved before this run, no order can have been reserved, so lookups are unnecessary.
        let isFresh = files.stock > 0 && counts.stockPresent == 0
        let checkout = Checkout(
            client: client,
            choice: ConfirmChoice(ratio: options.confirmRatio),
            checksForKnownOrders: !isFresh,
            runID: String(UInt64.random(in: 0 ... .max), radix: 36)
        )
        let orders = OrderReplay(
            checkout: checkout,
            concurrency: options.concurrency,
            limit: files.orders,
            stop: stop,
            progress: progress
        )
        try await phase("orders", files.orders) { try await orders.run(options.orders) }
    }

    private func phase(_ name: String, _ total: Int, _ body: () async throws -> Void) async throws {
        progress.begin(name, total: total)
        // End the line on every path, or an error's text would follow it on the same line.
        defer { progress.end() }
        try await body()
    }
}
