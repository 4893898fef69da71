import Basics

/// Which connections a client has, who uses them and who waits. A pure value: events go in, what to do comes out, and it
/// is done after the lock has been let go.
///
/// Exclusive connections are leased, the last one returned first, so that spare ones stay idle. Shared ones are held
/// by nobody. After a failure to connect all attempts keep one distance, the backoff's; once failures have lasted
/// longer than `grace`, callers are refused at once instead of piling up.
struct PostgresPool<Connection: AnyObject & Sendable, Waiter> {
    enum Kind: Equatable, Sendable { case exclusive, shared }

    enum Action {
        /// Connect now; `after` a while if it says so.
        case connect(Kind, after: Duration?)
        case grant(Waiter, Connection)
        case fail(Waiter, PostgresError)
        case close(Connection)
    }

    enum Request {
        case granted(Connection)
        /// The caller's waiter was kept.
        case waits
        case refused(PostgresError)
    }

    /// How long callers wait through an outage before they are refused at once.
    static var grace: Duration { .seconds(1) }
    /// A bound on memory, far beyond what could be served within any caller's patience.
    static var maximumWaiters: Int { 8192 }

    private struct Outage {
        let since: ContinuousClock.Instant
        var nextAttempt: ContinuousClock.Instant
        var error: PostgresError
        var backoff = Backoff.postgres
    }

    /// A queue whose members may leave early.
    private struct Line {
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
    private var lines: [Kind: Line] = [.exclusive: Line(), .shared: Line()]
    private var outage: Outage?
    private var lost = 0
    private var nextShared = 0
    private(set) var reconnects = 0
    private(set) var isShutDown = false

    init(maximumExclusive: Int, sharedCount: Int) {
        self.maximumExclusive = maximumExclusive
        self.sharedCount = sharedCount
    }

    /// Those that may have other callers' queries in flight.
    var sharedConnections: [Connection] { shared }
    var openCount: Int { open.count }
    var waitingCount: Int { lines.values.reduce(0) { $0 + $1.waiters.count } }

    // MARK: - Asking

    /// A connection, if one can be had at once. Does not queue.
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

    /// A connection now or later. `number` is for ``leave(_:_:)``; later means through an action.
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
        lines[kind]?.order.append(number)
        lines[kind]?.waiters[number] = waiter
        return (.waits, connectIfNeeded(kind))
    }

    /// Takes a waiter out of the line: its time is up or its task is cancelled. `nil` if it has been served.
    mutating func leave(_ kind: Kind, number: Int) -> Waiter? {
        lines[kind]?.waiters.removeValue(forKey: number)
    }

    // MARK: - What happens to connections

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
            // Shared by all who wait; each is granted the same.
            var actions: [Action] = []
            while let waiter = lines[.shared]?.popFirst() { actions.append(.grant(waiter, connection)) }
            return actions
        }
    }

    /// - Returns: The time until the next attempt, if one follows by itself, and the actions.
    mutating func connectFailed(
        _ kind: Kind,
        _ error: PostgresError,
        now: ContinuousClock.Instant,
        random: Double
    ) -> (retryAfter: Duration?, actions: [Action]) {
        connecting[kind, default: 0] -= 1
        var outage = outage ?? Outage(since: now, nextAttempt: now, error: error)
        outage.error = error
        // Several attempts that fail together are one step of the backoff.
        if now >= outage.nextAttempt { outage.nextAttempt = now + outage.backoff.next(random: random) }
        self.outage = outage
        guard !isShutDown else { return (nil, []) }
        var actions: [Action] = []
        if now - outage.since >= Self.grace {
            while let waiter = lines[kind]?.popFirst() { actions.append(.fail(waiter, error)) }
        }
        // A shared connection is wanted always, an exclusive one by those who wait.
        guard kind == .shared || lines[kind]?.waiters.isEmpty == false else { return (nil, actions) }
        let delay = outage.nextAttempt - now
        connecting[kind, default: 0] += 1
        actions.append(.connect(kind, after: delay))
        return (delay, actions)
    }

    /// A connection has ended, wherever it was.
    mutating func closed(_ identity: ObjectIdentifier) -> [Action] {
        guard open.removeValue(forKey: identity) != nil else { return [] }
        guard !isShutDown else { return [] }
        lost += 1
        idle.removeAll { ObjectIdentifier($0) == identity }
        let wasShared = shared.contains { ObjectIdentifier($0) == identity }
        shared.removeAll { ObjectIdentifier($0) == identity }
        return wasShared ? connectIfNeeded(.shared) : connectIfNeeded(.exclusive)
    }

    /// A lease has ended. A connection that is not usable has been closed before.
    mutating func giveBack(_ connection: Connection) -> [Action] {
        leased -= 1
        guard open[ObjectIdentifier(connection)] != nil else { return connectIfNeeded(.exclusive) }
        guard !isShutDown else { return [.close(connection)] }
        return offer(connection)
    }

    /// From now on everything is refused; leased connections are closed as they come back.
    mutating func shutDown() -> [Action] {
        guard !isShutDown else { return [] }
        isShutDown = true
        var actions: [Action] = []
        for kind in [Kind.exclusive, .shared] {
            while let waiter = lines[kind]?.popFirst() {
                actions.append(.fail(waiter, PostgresError(.closed, "the client is shut down")))
            }
        }
        for connection in idle { actions.append(.close(connection)) }
        idle = []
        return actions
    }

    /// What is still open when the leases' time is over.
    mutating func takeAll() -> [Action] {
        shared = []
        return open.values.map { .close($0) }
    }

    private mutating func offer(_ connection: Connection) -> [Action] {
        if let waiter = lines[.exclusive]?.popFirst() {
            leased += 1
            return [.grant(waiter, connection)]
        }
        idle.append(connection)
        return []
    }

    /// As many attempts as there are waiters, and room for them.
    private mutating func connectIfNeeded(_ kind: Kind) -> [Action] {
        let pending = connecting[kind, default: 0]
        let missing: Int
        switch kind {
        case .exclusive:
            // A lease whose connection has been closed keeps its place until it is given back.
            let taken = idle.count + leased + pending
            missing = min((lines[kind]?.waiters.count ?? 0) - pending, maximumExclusive - taken)
        case .shared:
            missing = sharedCount - shared.count - pending
        }
        guard missing > 0 else { return [] }
        connecting[kind] = pending + missing
        return Array(repeating: .connect(kind, after: nil), count: missing)
    }
}
