import Reactor
import UseCases

/// Shares one reading among all callers within its lifetime, so that a costly reading takes a bounded share of the
/// database.
actor SharedReading<Value: Sendable> {
    nonisolated var unownedExecutor: UnownedSerialExecutor { reactor.asUnownedSerialExecutor() }

    /// A reading that costs more is renewed in the background, while callers get the previous one.
    private static var costThreshold: Duration { .milliseconds(25) }

    private nonisolated let reactor: Reactor
    private let lifetime: @Sendable (_ cost: Duration) -> Duration
    private let read: @Sendable () async -> Result<Value, ServiceFailure>
    private var last: (value: Value, readAt: ContinuousClock.Instant, cost: Duration)?
    private var reading: Task<Result<Value, ServiceFailure>, Never>?

    /// - Parameter lifetime: how old a reading may be when it is returned, by its cost; a costly reading may be twice as
    ///   old.
    init(
        reactor: Reactor, lifetime: @escaping @Sendable (_ cost: Duration) -> Duration,
        read: @escaping @Sendable () async -> Result<Value, ServiceFailure>
    ) {
        self.reactor = reactor
        self.lifetime = lifetime
        self.read = read
    }

    func value() async throws(ServiceFailure) -> Value {
        if let last {
            let age = ContinuousClock.now - last.readAt
            let lifetime = lifetime(last.cost)
            if age < lifetime { return last.value }
            if last.cost > Self.costThreshold, age < lifetime * 2 {
                _ = begin()
                return last.value
            }
        }
        return try await begin().value.get()
    }

    private func begin() -> Task<Result<Value, ServiceFailure>, Never> {
        if let reading { return reading }
        let task = Task { await renew() }
        reading = task
        return task
    }

    private func renew() async -> Result<Value, ServiceFailure> {
        // The age counts from the start: the reading may lack later writes.
        let started = ContinuousClock.now
        let result = await read()
        if case .success(let value) = result { last = (value, started, ContinuousClock.now - started) }
        reading = nil
        return result
    }
}
