import Synchronization
public import UseCases

/// The keys as one server knows them: the store's, remembered for a few seconds.
///
/// One question at a time is asked about a key, however many wait for it. When the store cannot be asked, the last
/// answer serves until it is five seconds old.
public final class KeyRing: Sendable {
    private typealias Answer = Result<KeyCache.Entry, ServiceFailure>

    private struct State {
        var memory: KeyCache
        var asking: [APIKeyHash: Question] = [:]
        var lastQuestion: UInt64 = 0
    }

    /// One that is under way. By its number its answer is told from that of one that was forgotten and asked anew.
    private struct Question {
        let number: UInt64
        let task: Task<Answer, Never>
    }

    private enum Step {
        case known(KeyCache.Entry)
        case wait(Task<Answer, Never>)
        case refuse
    }

    private let store: any APIKeyStore
    private let limits: KeyRingLimits
    private let now: @Sendable () -> ContinuousClock.Instant
    private let state: Mutex<State>

    /// - Parameter now: the time that ages are measured with.
    public init(
        store: any APIKeyStore, limits: KeyRingLimits = KeyRingLimits(),
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.store = store
        self.limits = limits
        self.now = now
        state = Mutex(State(memory: KeyCache(limits: limits)))
    }

    /// What the key of this hash is worth at this moment. A remembered one costs a short lock.
    /// - Throws: `.unavailable` and `.internalFault` when the store cannot say, `.systemBusy` when too many unknown
    ///   keys are asked for at once.
    public func find(_ hash: APIKeyHash) async throws(ServiceFailure) -> KeyLookupResult {
        switch step(hash) {
        case .known(let entry):
            return entry.finding(at: now())
        case .wait(let task):
            let entry = try await task.value.get()
            return entry.finding(at: now())
        case .refuse:
            throw .systemBusy
        }
    }

    /// The same where nobody can wait; nil when the store has to be asked.
    public func known(_ hash: APIKeyHash) -> KeyLookupResult? {
        let moment = now()
        return state.withLock { $0.memory.fresh(hash, at: moment)?.finding(at: moment) }
    }

    /// Asks the store at the next look, because somebody knows that it has changed. A question that is under way is
    /// older than that, so its answer is not waited for.
    public func forget(_ hash: APIKeyHash) {
        state.withLock { state in
            state.memory.forget(hash)
            state.asking[hash] = nil
        }
    }

    private func step(_ hash: APIKeyHash) -> Step {
        let moment = now()
        return state.withLock { state in
            if let entry = state.memory.fresh(hash, at: moment) { return .known(entry) }
            if let question = state.asking[hash] { return .wait(question.task) }
            guard state.memory.knows(hash) || state.asking.count < limits.questions else { return .refuse }
            state.lastQuestion += 1
            let number = state.lastQuestion
            let task = Task { await self.ask(hash, number, at: moment) }
            state.asking[hash] = Question(number: number, task: task)
            return .wait(task)
        }
    }

    /// - Parameter moment: when the question came up; the answer counts from then, because it may be as old.
    private func ask(_ hash: APIKeyHash, _ number: UInt64, at moment: ContinuousClock.Instant) async -> Answer {
        let answer: Answer
        do throws(ServiceFailure) {
            let reading = try await store.find(hash)
            // The index has compared them already; here it is done in constant time.
            guard reading.map({ $0.hash == hash }) ?? true else {
                throw .internalFault(cause: "the store has answered with another key")
            }
            answer = .success(KeyCache.Entry(reading: reading, askedAt: moment))
        } catch {
            answer = .failure(error)
        }
        let later = now()
        return state.withLock { state in
            // Unless the key was forgotten meanwhile: the answer is older than what somebody knows.
            let isWanted = state.asking[hash]?.number == number
            if isWanted { state.asking[hash] = nil }
            switch answer {
            case .success(let entry):
                if isWanted { state.memory.learn(hash, entry) }
            case .failure(.unavailable):
                if let entry = state.memory.lasting(hash, at: later) { return .success(entry) }
            case .failure: break
            }
            return answer
        }
    }
}
