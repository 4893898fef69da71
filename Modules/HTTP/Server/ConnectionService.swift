import Logging

/// What all connections of one event loop share. Lives on it.
final class ConnectionService {
    let pipeline: RequestPipeline
    let requests: RequestsInFlight
    private let executor: LoopExecutor
    let limits: TransportLimits
    let logger: Logger
    private var dateSecond: Int64 = 0
    private var dateText = ""

    init(
        pipeline: RequestPipeline,
        requests: RequestsInFlight,
        executor: LoopExecutor,
        limits: TransportLimits,
        logger: Logger
    ) {
        self.pipeline = pipeline
        self.requests = requests
        self.executor = executor
        self.limits = limits
        self.logger = logger
    }

    /// Runs a task of a request on the event loop, at once; the server does not end before it.
    /// - Returns: nil when too many requests are in flight; then nothing is run.
    func run(_ operation: @escaping @Sendable () async -> Void) -> Task<Void, Never>? {
        guard requests.enter() else { return nil }
        let requests = requests
        return executor.run {
            await operation()
            requests.leave()
        }
    }

    /// Now, as the `Date` header has it; made anew each second.
    var date: String {
        let second = HTTPDate.currentSecond()
        if second != dateSecond {
            dateSecond = second
            dateText = HTTPDate.text(second)
        }
        return dateText
    }
}
