import Synchronization
import UseCases

/// A fake store of sessions; `rows` has the keys of the sessions.
final class FakeSessions: DashboardSessionStore {
    private struct State {
        var begun: [APIKeyHash] = []
        var ended: [APIKeyHash] = []
        var failure: ServiceFailure?
    }

    let rows: FakeStore
    private let state = Mutex(State())

    init(_ clock: FakeClock) {
        rows = FakeStore(clock)
    }

    var begun: [APIKeyHash] { state.withLock(\.begun) }
    var ended: [APIKeyHash] { state.withLock(\.ended) }
    func fail(_ failure: ServiceFailure) { state.withLock { $0.failure = failure } }

    func find(_ hash: APIKeyHash) async throws(ServiceFailure) -> APIKeyReading? { try await rows.find(hash) }

    func begin(_ session: APIKeyHash, key: APIKeyName) async throws(ServiceFailure) -> Bool {
        state.withLock { $0.begun.append(session) }
        return true
    }

    func end(_ session: APIKeyHash) async throws(ServiceFailure) {
        if let failure = state.withLock(\.failure) { throw failure }
        state.withLock { $0.ended.append(session) }
        rows.remove(session)
    }
}
