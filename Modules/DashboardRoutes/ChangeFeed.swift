import NIOCore
import Synchronization
import UseCases

/// Tells those who look that something has changed, whoever changed it.
///
/// While anybody listens, one look a process at the database's change mark twice a second; nothing is written for it, and
/// no transaction of a sale does anything for it. A page that hears of a change fetches what it shows.
final class ChangeFeed: Sendable {
    enum Event: Hashable, Sendable {
        /// The so-manieth change that this process has seen.
        case change(Int)
        /// The database cannot be asked.
        case outage
        /// Nothing; a moment to see to other things.
        case beat
    }

    /// Pages that may listen at one time: each holds a connection open.
    static let listenerLimit = 256
    private static let interval = Duration.milliseconds(500)
    /// Between two events: more would only make pages busy with themselves.
    private static let eventInterval = Duration.seconds(1)
    /// Figures that are read once for all may be some seconds old, the longer the more they cost, so the last of a row of
    /// changes is told again after these times.
    private static let settling: [Duration] = [.milliseconds(1_100), .milliseconds(2_300), .milliseconds(4_500)]
    /// How often a listener is woken at least.
    private static let beatInterval = Duration.seconds(2)

    private struct State {
        var listeners: [UInt64: CheckedContinuation<Event?, Never>?] = [:]
        var pending: [UInt64: Event] = [:]
        var lastID: UInt64 = 0
        var hasEnded = false
        var poller: Task<Void, Never>?
        var change = 0
    }

    private let queries: any DashboardQueries
    private let state = Mutex(State())

    init(queries: any DashboardQueries) {
        self.queries = queries
    }

    /// The number of the last change.
    var current: Int { state.withLock(\.change) }

    // MARK: Listening

    /// - Returns: nil when there are as many listeners as there may be, or the server stops.
    func listen() -> Listener? {
        state.withLock { state in
            guard !state.hasEnded, state.listeners.count < Self.listenerLimit else { return nil }
            state.lastID += 1
            state.listeners[state.lastID] = .some(nil)
            if state.poller == nil { state.poller = Task { await self.poll() } }
            return Listener(id: state.lastID, feed: self)
        }
    }

    /// One who listens, until it is let go of.
    final class Listener: Sendable {
        fileprivate let id: UInt64
        private let feed: ChangeFeed

        fileprivate init(id: UInt64, feed: ChangeFeed) {
            self.id = id
            self.feed = feed
        }

        deinit {
            feed.leave(id)
        }

        /// The next event; nil when the server stops or the task is cancelled.
        func next() async -> Event? {
            await withTaskCancellationHandler {
                await withCheckedContinuation { feed.wait(id, $0) }
            } onCancel: {
                feed.leave(id)
            }
        }
    }

    private func wait(_ id: UInt64, _ continuation: CheckedContinuation<Event?, Never>) {
        enum Step {
            case resume(Event?)
            case wait
        }
        let step = state.withLock { state -> Step in
            guard !state.hasEnded, state.listeners[id] != nil else { return .resume(nil) }
            if let event = state.pending.removeValue(forKey: id) { return .resume(event) }
            state.listeners[id] = .some(continuation)
            return .wait
        }
        if case .resume(let event) = step { continuation.resume(returning: event) }
    }

    private func leave(_ id: UInt64) {
        let continuation = state.withLock { state -> CheckedContinuation<Event?, Never>? in
            state.pending[id] = nil
            let waiting = state.listeners.removeValue(forKey: id) ?? nil
            if state.listeners.isEmpty {
                state.poller?.cancel()
                state.poller = nil
            }
            return waiting
        }
        continuation?.resume(returning: nil)
    }

    /// Lets everybody go, now and from now on.
    func end() {
        let waiting = state.withLock { state in
            state.hasEnded = true
            state.poller?.cancel()
            state.poller = nil
            let waiting = state.listeners.values.compactMap { $0 }
            state.listeners = [:]
            return waiting
        }
        for continuation in waiting { continuation.resume(returning: nil) }
    }

    // MARK: Telling

    private func tell(_ event: Event) {
        let waiting = state.withLock { state in
            var waiting: [CheckedContinuation<Event?, Never>] = []
            for (id, continuation) in state.listeners {
                if let continuation {
                    waiting.append(continuation)
                    state.listeners[id] = .some(nil)
                } else if event != .beat {
                    // Only the last matters to somebody who is slow.
                    state.pending[id] = event
                }
            }
            return waiting
        }
        for continuation in waiting { continuation.resume(returning: event) }
    }

    private func poll() async {
        var watch = ChangeWatch(
            eventInterval: Self.eventInterval, settling: Self.settling, beatInterval: Self.beatInterval)
        while !Task.isCancelled {
            let mark: String?
            do throws(ServiceFailure) {
                mark = try await queries.changeMark()
            } catch {
                mark = nil
            }
            switch watch.see(mark, at: .now) {
            case .change:
                tell(
                    .change(
                        state.withLock { state in
                            state.change += 1
                            return state.change
                        }))
            case .outage: tell(.outage)
            case .beat: tell(.beat)
            case nil: break
            }
            try? await Task.sleep(for: Self.interval)
        }
    }
}

/// When there is something to tell. Pure: marks and moments come from outside.
struct ChangeWatch {
    typealias Moment = ContinuousClock.Instant

    enum Sight: Hashable {
        case change, outage, beat
    }

    let eventInterval: Duration
    /// Shortest first.
    let settling: [Duration]
    let beatInterval: Duration

    private var mark: String?
    private var isOut = false
    /// A change that was seen and not told, because another was told a moment ago.
    private var isOwed = false
    private var toldAt: Moment?
    private var spokeAt: Moment?
    /// When to tell the last change once more, the last time first.
    private var settlesAt: [Moment] = []

    init(eventInterval: Duration, settling: [Duration], beatInterval: Duration) {
        self.eventInterval = eventInterval
        self.settling = settling
        self.beatInterval = beatInterval
    }

    /// - Parameter mark: nil when the database could not be asked.
    mutating func see(_ mark: String?, at now: Moment) -> Sight? {
        guard let mark else {
            guard !isOut else { return beat(now) }
            isOut = true
            spokeAt = now
            return .outage
        }
        // The first look only learns where things stand; whoever listens has just fetched the page.
        if isOut || self.mark.map({ $0 != mark }) ?? false { isOwed = true }
        isOut = false
        self.mark = mark
        if isOwed, toldAt.map({ now - $0 >= eventInterval }) ?? true {
            isOwed = false
            settlesAt = settling.reversed().map { now + $0 }
            return told(now)
        }
        if let moment = settlesAt.last, now >= moment, !isOwed {
            settlesAt.removeLast()
            return told(now)
        }
        return beat(now)
    }

    private mutating func told(_ now: Moment) -> Sight {
        toldAt = now
        spokeAt = now
        return .change
    }

    private mutating func beat(_ now: Moment) -> Sight? {
        guard spokeAt.map({ now - $0 >= beatInterval }) ?? true else { return nil }
        spokeAt = now
        return .beat
    }
}
