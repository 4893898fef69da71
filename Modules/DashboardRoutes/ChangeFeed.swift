import NIOCore
import Synchronization
import UseCases

/// Notifies open dashboard pages that the stock has changed, through any server.
///
/// While it has listeners, each process reads the database's change mark twice a second. Nothing is written for it, and it
/// adds no work to stock transactions. A page that receives a change fetches its content again.
final class ChangeFeed: Sendable {
    enum Event: Hashable, Sendable {
        /// The sequence number of the change, counted per process.
        case change(Int)
        /// The database cannot be reached.
        case outage
        /// No news: wakes the listener to send a heartbeat or to check its session.
        case heartbeat
    }

    /// The most pages that may listen at one time, since each holds a connection open.
    static let listenerLimit = 256
    private static let interval = Duration.milliseconds(500)
    /// The shortest time between two changes, so that pages do not reload constantly.
    private static let eventInterval = Duration.seconds(1)
    /// Shared figures may be some seconds old, so the last of a series of changes is announced again after these times,
    /// when they are up to date.
    private static let repeatDelays: [Duration] = [.milliseconds(1_100), .milliseconds(2_300), .milliseconds(4_500)]
    /// The longest time between two events.
    private static let heartbeatInterval = Duration.seconds(2)

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

    /// The sequence number of the last change.
    var current: Int { state.withLock(\.change) }

    // MARK: Listening

    /// - Returns: nil when the limit of listeners is reached or the server is stopping.
    func listen() -> Listener? {
        state.withLock { state in
            guard !state.hasEnded, state.listeners.count < Self.listenerLimit else { return nil }
            state.lastID += 1
            state.listeners[state.lastID] = .some(nil)
            if state.poller == nil { state.poller = Task { await self.poll() } }
            return Listener(id: state.lastID, feed: self)
        }
    }

    /// A subscription; it ends when it is released.
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

        /// The next event; nil when the server is stopping or the task is cancelled.
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

    /// Ends every subscription, and refuses new ones.
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

    // MARK: Notifying

    private func notify(_ event: Event) {
        let waiting = state.withLock { state in
            var waiting: [CheckedContinuation<Event?, Never>] = []
            for (id, continuation) in state.listeners {
                if let continuation {
                    waiting.append(continuation)
                    state.listeners[id] = .some(nil)
                } else if event != .heartbeat {
                    // A slow listener needs only the last event.
                    state.pending[id] = event
                }
            }
            return waiting
        }
        for continuation in waiting { continuation.resume(returning: event) }
    }

    private func poll() async {
        var watch = ChangeWatch(
            eventInterval: Self.eventInterval, repeatDelays: Self.repeatDelays,
            heartbeatInterval: Self.heartbeatInterval)
        while !Task.isCancelled {
            let mark: String?
            do throws(ServiceFailure) {
                mark = try await queries.changeMark()
            } catch {
                mark = nil
            }
            switch watch.observe(mark, at: .now) {
            case .change:
                notify(
                    .change(
                        state.withLock { state in
                            state.change += 1
                            return state.change
                        }))
            case .outage: notify(.outage)
            case .heartbeat: notify(.heartbeat)
            case nil: break
            }
            try? await Task.sleep(for: Self.interval)
        }
    }
}

/// Decides when to announce an event. Pure: marks and times are passed in.
struct ChangeWatch {
    typealias Moment = ContinuousClock.Instant

    enum Signal: Hashable {
        case change, outage, heartbeat
    }

    let eventInterval: Duration
    /// Shortest first.
    let repeatDelays: [Duration]
    let heartbeatInterval: Duration

    private var mark: String?
    private var isOutage = false
    /// Whether a change was seen but not announced yet, because the previous one was announced a moment ago.
    private var hasPendingChange = false
    private var lastChangeAt: Moment?
    private var lastSignalAt: Moment?
    /// When to announce the last change again, latest first.
    private var repeatsAt: [Moment] = []

    init(eventInterval: Duration, repeatDelays: [Duration], heartbeatInterval: Duration) {
        self.eventInterval = eventInterval
        self.repeatDelays = repeatDelays
        self.heartbeatInterval = heartbeatInterval
    }

    /// - Parameter mark: nil when the database could not be read.
    mutating func observe(_ mark: String?, at now: Moment) -> Signal? {
        guard let mark else {
            guard !isOutage else { return heartbeat(now) }
            isOutage = true
            lastSignalAt = now
            return .outage
        }
        // The first mark is only a baseline: listeners have just loaded their pages.
        if isOutage || self.mark.map({ $0 != mark }) ?? false { hasPendingChange = true }
        isOutage = false
        self.mark = mark
        if hasPendingChange, lastChangeAt.map({ now - $0 >= eventInterval }) ?? true {
            hasPendingChange = false
            repeatsAt = repeatDelays.reversed().map { now + $0 }
            return announceChange(now)
        }
        if let moment = repeatsAt.last, now >= moment, !hasPendingChange {
            repeatsAt.removeLast()
            return announceChange(now)
        }
        return heartbeat(now)
    }

    private mutating func announceChange(_ now: Moment) -> Signal {
        lastChangeAt = now
        lastSignalAt = now
        return .change
    }

    private mutating func heartbeat(_ now: Moment) -> Signal? {
        guard lastSignalAt.map({ now - $0 >= heartbeatInterval }) ?? true else { return nil }
        lastSignalAt = now
        return .heartbeat
    }
}
