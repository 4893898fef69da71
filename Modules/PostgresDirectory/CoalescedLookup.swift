import Synchronization
import UseCases

/// Look-ups of one kind: one query at a time, for all that asked while the last one ran.
///
/// Of a catalogue that is larger than the directory's memory most requests name what is not in it, and a query for each
/// of them costs the database more than the sale.
final class CoalescedLookup<Key: Sendable>: Sendable {
    /// What one who waits is told: to look up for all of these, or how it went.
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

    /// Keys a query: its answer of some 100 bytes a key stays small beside what is in memory, and takes a millisecond or
    /// two. One who asks for more at once has a query alone.
    static var keyLimit: Int { 500 }

    fileprivate let state = Mutex(State())
    private let look: @Sendable ([Key]) async throws(ServiceFailure) -> Void

    /// - Parameter look: asks the database and remembers what it says; bounded in time.
    init(look: @escaping @Sendable ([Key]) async throws(ServiceFailure) -> Void) {
        self.look = look
    }

    /// How many callers wait for the query under way to end; for tests.
    var waitingCount: Int { state.withLock { $0.waiting.count } }

    /// Returns when these keys have been asked for in a query that began after the call.
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
        case .lead(let group): try await lead(group).get()
        }
    }

    /// Looks up for a group, and hands the lead to the first of those that came meanwhile.
    private func lead(_ group: Group) async -> Result<Void, ServiceFailure> {
        // A task of its own: that this caller goes away is nothing to the others.
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
    /// The first of those that wait and a group of it and as many others as one query takes; nil when nobody waits.
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
