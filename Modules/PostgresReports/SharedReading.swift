import Reactor
import UseCases

/// One reading for all who ask within its life, so that a costly one takes its share of the database and no more.
actor SharedReading<Value: Sendable> {
    nonisolated var unownedExecutor: UnownedSerialExecutor { reactor.asUnownedSerialExecutor() }

    /// From this cost on nobody waits for a reading that is renewed: who asks in time is given the last one.
    private static var costly: Duration { .milliseconds(25) }

    private nonisolated let reactor: Reactor
    private let life: @Sendable (_ cost: Duration) -> Duration
    private let read: @Sendable () async -> Result<Value, ServiceFailure>
    private var last: (value: Value, readAt: ContinuousClock.Instant, cost: Duration)?
    private var reading: Task<Result<Value, ServiceFailure>, Never>?

    /// - Parameter life: how old a reading may be when it is given, by what it cost; a costly one twice that.
    init(
        reactor: Reactor, life: @escaping @Sendable (_ cost: Duration) -> Duration,
        read: @escaping @Sendable () async -> Result<Value, ServiceFailure>
    ) {
        self.reactor = reactor
        self.life = life
        self.read = read
    }

    func value() async throws(ServiceFailure) -> Value {
        if let last {
            let age = ContinuousClock.now - last.readAt
            let life = life(last.cost)
            if age < life { return last.value }
            if last.cost > Self.costly, age < life * 2 {
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
        // Its age counts from the beginning: what was written later may not be in it.
        let started = ContinuousClock.now
        let result = await read()
        if case .success(let value) = result { last = (value, started, ContinuousClock.now - started) }
        reading = nil
        return result
    }
}
