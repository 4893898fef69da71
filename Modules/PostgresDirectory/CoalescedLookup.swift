import Synchronization
import UseCases

/// Coalesces look-ups of one kind: one query at a time, for all callers that arrived while the last one ran.
///
/// If the catalogue is larger than the directory's cache, most requests miss it, and a query for each of them costs the
/// database more than the sale.
final class CoalescedLookup<Key: Sendable>: Sendable {
    /// What a waiting caller must do: run the query for a group, or return the result.
    fileprivate enum Turn {
        case lead(Group)
        case done(Result<Void, ServiceFailure>)
    }

    fileprivate struct Group {
        var keys: [Key] = []
        var followers: [CheckedContinuation<Turn, Never>] = []
    }

    fileprivate struct State {
        var isLooking = false
        var waiting: [(keys: [Key], continuation: CheckedContinuation<Turn, Never>)] = []
    }

    /// The most keys per query: it takes a millisecond or two and returns some 100 bytes per key. A caller with more keys
    /// has a query of its own.
    static var keyLimit: Int { 500 }

    fileprivate let state = Mutex(State())
    private let look: @Sendable ([Key]) async throws(ServiceFailure) -> Void

    /// - Parameter look: queries the database and caches the result; must have a time limit.
    init(look: @escaping @Sendable ([Key]) async throws(ServiceFailure) -> Void) {
        self.look = look
    }

    /// How many callers wait for the running query to end; for tests.
    var waitingCount: Int { state.withLock { $0.waiting.count } }

    /// Returns when a query for these keys that began after the call has ended.
    /// - Throws: what the query threw.
    func learn(_ keys: [Key]) async throws(ServiceFailure) {
        let turn = await withCheckedContinuation { (continuation: CheckedContinuation<Turn, Never>) in
            let isFirst = state.withLock { state in
                if state.isLooking {
                    state.waiting.append((keys, continuation))
                    return false
                }
                state.isLooking = true
                return true
            }
            if isFirst { continuation.resume(returning: .lead(Group(keys: keys))) }
        }
        switch turn {
        case .done(let result): try result.get()
        case .lead(let group): try await runQuery(for: group).get()
        }
    }

    /// Runs the query for a group, then makes the first waiting caller the next leader.
    private func runQuery(for group: Group) async -> Result<Void, ServiceFailure> {
        // An unstructured task: cancelling this caller must not fail the followers.
        let result = await Task { () async -> Result<Void, ServiceFailure> in
            do throws(ServiceFailure) {
                return .success(try await look(group.keys))
            } catch {
                return .failure(error)
            }
        }.value
        if let (leader, next) = state.withLock({ $0.nextGroup() }) { leader.resume(returning: .lead(next)) }
        for follower in group.followers { follower.resume(returning: .done(result)) }
        return result
    }
}

extension CoalescedLookup.State {
    /// Takes the first waiting caller as the leader, and as many others as fit into one query; nil when no caller waits.
    fileprivate mutating func nextGroup() -> (CheckedContinuation<CoalescedLookup.Turn, Never>, CoalescedLookup.Group)?
    {
        guard let first = waiting.first else {
            isLooking = false
            return nil
        }
        var group = CoalescedLookup.Group(keys: first.keys)
        var taken = 1
        while taken < waiting.count, group.keys.count + waiting[taken].keys.count <= CoalescedLookup.keyLimit {
            group.keys += waiting[taken].keys
            group.followers.append(waiting[taken].continuation)
            taken += 1
        }
        waiting.removeFirst(taken)
        return (first.continuation, group)
    }
}
