import Synchronization
public import UseCases

/// The keys of the store, cached on one server for a few seconds.
///
/// Concurrent lookups of a key share one request to the store. While the store is unavailable, the last answer is used until
/// it is five seconds old.
public final class KeyRing: Sendable {
    private typealias Answer = Result<KeyCache.Entry, ServiceFailure>

    private struct State {
        var cache: KeyCache
        var requests: [APIKeyHash: Request] = [:]
        var lastRequest: UInt64 = 0
    }

    /// A request to the store that is in flight. Its number distinguishes it from a later request for the same key.
    private struct Request {
        let number: UInt64
        let task: Task<Answer, Never>
    }

    private enum Step {
        case cached(KeyCache.Entry)
        case wait(Task<Answer, Never>)
        case refuse
    }

    private let store: any APIKeyStore
    private let limits: KeyRingLimits
    private let now: @Sendable () -> ContinuousClock.Instant
    private let state: Mutex<State>

    /// - Parameter now: the clock for ages.
    public init(
        store: any APIKeyStore, limits: KeyRingLimits = KeyRingLimits(),
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.store = store
        self.limits = limits
        self.now = now
        state = Mutex(State(cache: KeyCache(limits: limits)))
    }

    /// Looks up the key with this hash. A cached one costs a short lock.
    /// - Throws: `.unavailable` and `.internalFault` when the store does not answer, `.systemBusy` when too many lookups of
    ///   unknown keys are in flight.
    public func find(_ hash: APIKeyHash) async throws(ServiceFailure) -> KeyLookupResult {
        switch step(hash) {
        case .cached(let entry):
            return entry.result(at: now())
        case .wait(let task):
            let entry = try await task.value.get()
            return entry.result(at: now())
        case .refuse:
            throw .systemBusy
        }
    }

    /// Looks up a cached key without waiting; nil if the store must be asked.
    public func known(_ hash: APIKeyHash) -> KeyLookupResult? {
        let moment = now()
        return state.withLock { $0.cache.fresh(hash, at: moment)?.result(at: moment) }
    }

    /// Makes the next lookup ask the store, because the key has changed. The answer to a request in flight may be older than
    /// the change, so it is not cached.
    public func forget(_ hash: APIKeyHash) {
        state.withLock { state in
            state.cache.remove(hash)
            state.requests[hash] = nil
        }
    }

    private func step(_ hash: APIKeyHash) -> Step {
        let moment = now()
        return state.withLock { state in
            if let entry = state.cache.fresh(hash, at: moment) { return .cached(entry) }
            if let request = state.requests[hash] { return .wait(request.task) }
            guard state.cache.containsKey(hash) || state.requests.count < limits.requests else { return .refuse }
            state.lastRequest += 1
            let number = state.lastRequest
            let task = Task { await self.load(hash, number, at: moment) }
            state.requests[hash] = Request(number: number, task: task)
            return .wait(task)
        }
    }

    /// - Parameter moment: when the lookup began. The answer's age counts from then, because it may be as old.
    private func load(_ hash: APIKeyHash, _ number: UInt64, at moment: ContinuousClock.Instant) async -> Answer {
        let answer: Answer
        do throws(ServiceFailure) {
            let reading = try await store.find(hash)
            // The store's index has compared the hashes; this compares them in constant time.
            guard reading.map({ $0.hash == hash }) ?? true else {
                throw .internalFault(cause: "the store has answered with another key")
            }
            answer = .success(KeyCache.Entry(reading: reading, requestedAt: moment))
        } catch {
            answer = .failure(error)
        }
        let later = now()
        return state.withLock { state in
            // After a `forget` the answer may be outdated.
            let isCurrent = state.requests[hash]?.number == number
            if isCurrent { state.requests[hash] = nil }
            switch answer {
            case .success(let entry):
                if isCurrent { state.cache.insert(hash, entry) }
            case .failure(.unavailable):
                if let entry = state.cache.usableInOutage(hash, at: later) { return .success(entry) }
            case .failure: break
            }
            return answer
        }
    }
}
