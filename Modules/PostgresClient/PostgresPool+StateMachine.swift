/// The connections, leases and waiting callers of a client. A pure value: events go in, actions come out, and the client runs
/// them after it has released its lock.
///
/// Exclusive connections are leased; the one returned last is leased first, so that spare ones stay idle. Shared ones are not
/// leased. After a failure to connect, all attempts share one backoff. When failures have lasted longer than `grace`, callers
/// are refused at once instead of piling up.
struct PostgresPool<Connection: AnyObject & Sendable, Waiter> {
    enum Kind: Equatable, Sendable { case exclusive, shared }

    enum Action {
        /// Connect, after a delay if there is one.
        case connect(Kind, after: Duration?)
        case grant(Waiter, Connection)
        case fail(Waiter, PostgresError)
        case close(Connection)
    }

    enum Request {
        case granted(Connection)
        /// The waiter is in the queue.
        case queued
        case refused(PostgresError)
    }

    /// How long callers wait through an outage before they are refused at once.
    static var grace: Duration { .seconds(1) }
    /// A bound on memory, far more than could be served within any caller's wait limit.
    static var maximumWaiters: Int { 8192 }

    private struct Outage {
        let since: ContinuousClock.Instant
        var nextAttempt: ContinuousClock.Instant
        var error: PostgresError
        var backoff = Backoff()
    }

    /// A queue from which waiters can be removed.
    private struct WaitQueue {
        var order = FIFO<Int>()
        var waiters: [Int: Waiter] = [:]

        mutating func popFirst() -> Waiter? {
            while let number = order.popFirst() {
                if let waiter = waiters.removeValue(forKey: number) { return waiter }
            }
            return nil
        }
    }

    let maximumExclusive: Int
    let sharedCount: Int
    private var idle: [Connection] = []
    private var shared: [Connection] = []
    private var open: [ObjectIdentifier: Connection] = [:]
    private(set) var leased = 0
    private var connecting: [Kind: Int] = [:]
    private var queues: [Kind: WaitQueue] = [.exclusive: WaitQueue(), .shared: WaitQueue()]
    private var outage: Outage?
    private var lost = 0
    private var nextShared = 0
    private(set) var reconnects = 0
    private(set) var isShutDown = false

    init(maximumExclusive: Int, sharedCount: Int) {
        self.maximumExclusive = maximumExclusive
        self.sharedCount = sharedCount
    }

    /// Connections that may have several callers' queries in flight.
    var sharedConnections: [Connection] { shared }
    var openCount: Int { open.count }
    var waitingCount: Int { queues.values.reduce(0) { $0 + $1.waiters.count } }

    // MARK: - Requests

    /// A connection that is available now, without queueing.
    mutating func take(_ kind: Kind) -> Connection? {
        guard !isShutDown else { return nil }
        switch kind {
        case .exclusive:
            guard let connection = idle.popLast() else { return nil }
            leased += 1
            return connection
        case .shared:
            guard !shared.isEmpty else { return nil }
            nextShared = (nextShared + 1) % shared.count
            return shared[nextShared]
        }
    }

    /// Requests a connection. If none is available, `waiter` is queued, and an action grants one later. `number` identifies
    /// the waiter for ``removeWaiter(_:number:)``.
    mutating func request(
        _ kind: Kind,
        number: Int,
        waiter: Waiter,
        now: ContinuousClock.Instant
    ) -> (Request, [Action]) {
        guard !isShutDown else { return (.refused(PostgresError(.closed, "the client is shut down")), []) }
        if let connection = take(kind) { return (.granted(connection), []) }
        guard waitingCount < Self.maximumWaiters else {
            return (.refused(PostgresError(.poolExhausted, "too many callers wait")), [])
        }
        if let outage, now - outage.since >= Self.grace, connecting[kind, default: 0] > 0 || now < outage.nextAttempt {
            return (.refused(outage.error), [])
        }
        queues[kind]?.order.append(number)
        queues[kind]?.waiters[number] = waiter
        return (.queued, connectIfNeeded(kind))
    }

    /// Removes a waiter whose time is up or whose task is cancelled. `nil` if it has been served.
    mutating func removeWaiter(_ kind: Kind, number: Int) -> Waiter? {
        queues[kind]?.waiters.removeValue(forKey: number)
    }

    // MARK: - Events of connections

    mutating func connected(_ kind: Kind, _ connection: Connection) -> [Action] {
        connecting[kind, default: 0] -= 1
        outage = nil
        guard !isShutDown else { return [.close(connection)] }
        open[ObjectIdentifier(connection)] = connection
        if lost > 0 {
            lost -= 1
            reconnects += 1
        }
        switch kind {
        case .exclusive: return offer(connection)
        case .shared:
            shared.append(connection)
            // All waiters share it.
            var actions: [Action] = []
            while let waiter = queues[.shared]?.popFirst() { actions.append(.grant(waiter, connection)) }
            return actions
        }
    }

    /// - Returns: The time until the next attempt, if one is scheduled, and the actions.
    mutating func connectFailed(
        _ kind: Kind,
        _ error: PostgresError,
        now: ContinuousClock.Instant,
        random: Double
    ) -> (retryAfter: Duration?, actions: [Action]) {
        connecting[kind, default: 0] -= 1
        var outage = outage ?? Outage(since: now, nextAttempt: now, error: error)
        outage.error = error
        // Concurrent failures are one step of the backoff.
        if now >= outage.nextAttempt { outage.nextAttempt = now + outage.backoff.next(random: random) }
        self.outage = outage
        guard !isShutDown else { return (nil, []) }
        var actions: [Action] = []
        if now - outage.since >= Self.grace {
            while let waiter = queues[kind]?.popFirst() { actions.append(.fail(waiter, error)) }
        }
        // A shared connection is always needed, an exclusive one only for waiters.
        guard kind == .shared || queues[kind]?.waiters.isEmpty == false else { return (nil, actions) }
        let delay = outage.nextAttempt - now
        connecting[kind, default: 0] += 1
        actions.append(.connect(kind, after: delay))
        return (delay, actions)
    }

    /// A connection has ended, in whatever state it was.
    mutating func closed(_ identity: ObjectIdentifier) -> [Action] {
        guard open.removeValue(forKey: identity) != nil else { return [] }
        guard !isShutDown else { return [] }
        lost += 1
        idle.removeAll { ObjectIdentifier($0) == identity }
        let wasShared = shared.contains { ObjectIdentifier($0) == identity }
        shared.removeAll { ObjectIdentifier($0) == identity }
        return wasShared ? connectIfNeeded(.shared) : connectIfNeeded(.exclusive)
    }

    /// A lease has ended. An unusable connection has been closed before.
    mutating func giveBack(_ connection: Connection) -> [Action] {
        leased -= 1
        guard open[ObjectIdentifier(connection)] != nil else { return connectIfNeeded(.exclusive) }
        guard !isShutDown else { return [.close(connection)] }
        return offer(connection)
    }

    /// Refuses all requests from now on; leased connections are closed when they are given back.
    mutating func shutDown() -> [Action] {
        guard !isShutDown else { return [] }
        isShutDown = true
        var actions: [Action] = []
        for kind in [Kind.exclusive, .shared] {
            while let waiter = queues[kind]?.popFirst() {
                actions.append(.fail(waiter, PostgresError(.closed, "the client is shut down")))
            }
        }
        for connection in idle { actions.append(.close(connection)) }
        idle = []
        return actions
    }

    /// Closes the connections that are still open when the time for leases is over.
    mutating func closeAll() -> [Action] {
        shared = []
        return open.values.map { .close($0) }
    }

    private mutating func offer(_ connection: Connection) -> [Action] {
        if let waiter = queues[.exclusive]?.popFirst() {
            leased += 1
            return [.grant(waiter, connection)]
        }
        idle.append(connection)
        return []
    }

    /// Connects once for each waiter, up to the maximum.
    private mutating func connectIfNeeded(_ kind: Kind) -> [Action] {
        let pending = connecting[kind, default: 0]
        let missing: Int
        switch kind {
        case .exclusive:
            // A lease whose connection has been closed counts until it is given back.
            let taken = idle.count + leased + pending
            missing = min((queues[kind]?.waiters.count ?? 0) - pending, maximumExclusive - taken)
        case .shared:
            missing = sharedCount - shared.count - pending
        }
        guard missing > 0 else { return [] }
        connecting[kind] = pending + missing
        return Array(repeating: .connect(kind, after: nil), count: missing)
    }
}
