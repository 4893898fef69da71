public import Reactor
import Synchronization

/// A client of one Redis server. All commands share one connection.
///
/// Commands go out in the order in which they come; those of one turn of the reactor leave in one write. While there is
/// no connection, commands fail at once, and the client reconnects in the background until it is shut down. Cancelling a
/// task does not take a command back: its timeout bounds it instead.
public actor RedisClient {
    /// Where a command's result goes.
    enum Waiter {
        case continuation(CheckedContinuation<Result<RedisValue, RedisError>, Never>)
        case callback(@Sendable (Result<RedisValue, RedisError>) -> Void)

        func resume(_ result: Result<RedisValue, RedisError>) {
            switch self {
            case .continuation(let continuation): continuation.resume(returning: result)
            case .callback(let callback): callback(result)
            }
        }
    }

    /// Runs on a new connection before callers' commands are let through.
    public typealias Hook = @Sendable (RedisSession) async -> Void

    nonisolated let reactor: Reactor
    nonisolated let configuration: RedisConfiguration
    private nonisolated let connector: BlockingThread
    private nonisolated let onEvent: @Sendable (RedisEvent) -> Void
    private nonisolated let hooks = Mutex<[Hook]>([])
    private nonisolated let readyHandlers = Mutex<[@Sendable () -> Void]>([])
    private nonisolated let scripts = Mutex<[RedisScript]>([])
    private nonisolated let isReady = Atomic<Bool>(false)

    private var machine: RedisConnection.StateMachine<Waiter>
    private var connection: RedisConnection?
    private var isFlushScheduled = false
    private var isWritable = true
    /// For each unanswered handshake command the script that it loads; nil for commands that load none.
    private var handshakeScripts: ArraySlice<RedisScript?> = []

    public nonisolated var unownedExecutor: UnownedSerialExecutor { reactor.asUnownedSerialExecutor() }

    /// - Parameters:
    ///   - connector: makes connections; it blocks while a name is resolved or a server does not answer.
    ///   - onEvent: runs on the reactor's thread and must not block.
    public init(
        configuration: RedisConfiguration, reactor: Reactor, connector: BlockingThread,
        onEvent: @escaping @Sendable (RedisEvent) -> Void = { _ in }
    ) {
        self.configuration = configuration
        self.reactor = reactor
        self.connector = connector
        self.onEvent = onEvent
        machine = .init(
            stallLimit: configuration.stallLimit, maximumCommands: configuration.maximumOutstandingCommands,
            maximumBytes: configuration.maximumOutstandingBytes)
    }

    /// Whether commands would be sent now. Any thread.
    public nonisolated var isConnected: Bool { isReady.load(ordering: .acquiring) }

    /// Adds a hook. Hooks run one after another on every new connection, in the order in which they were added. The
    /// timeouts of its commands must bound a hook's time. Add it before ``start()``.
    public nonisolated func whenConnected(_ hook: @escaping Hook) {
        hooks.withLock { $0.append(hook) }
    }

    /// Adds a handler that runs each time a new connection has become ready, on the reactor's thread; it must not block.
    /// Commands refused for want of a connection were refused before it runs; what it sends goes out. Add it before
    /// ``start()``.
    public nonisolated func whenReady(_ handler: @escaping @Sendable () -> Void) {
        readyHandlers.withLock { $0.append(handler) }
    }

    /// Adds scripts that the handshake of every new connection loads, so that the server knows them before their first
    /// call. Add them before ``start()``.
    public nonisolated func preload(_ added: RedisScript...) {
        scripts.withLock { $0 += added }
    }

    /// Starts connecting, and returns at once. Idempotent.
    public func start() {
        connect()
    }

    /// Closes the connection for good. Commands without an answer fail as ``RedisError/shutDown``.
    public func shutdown() {
        let waiters = machine.close()
        dropConnection()
        for waiter in waiters { waiter.resume(.failure(.shutDown)) }
    }

    /// How many commands wait for a reply now.
    public var outstandingCommands: Int { machine.outstandingCommands }
}

// MARK: - Connecting

extension RedisClient {
    private func connect() {
        guard machine.connect() else { return }
        Task {
            do {
                let opened = try await connector.run { [configuration] in try RedisConnection.open(configuration) }
                adopt(opened)
            } catch {
                loseConnection(error as? RedisError ?? .connectFailed(reason: "\(error)"))
            }
        }
    }

    private func adopt(_ opened: RedisConnection) {
        let scripts = scripts.withLock { $0 }
        let session = configuration.handshake
        let handshake = session + scripts.map { RedisCommand.load($0) }
        let now = ContinuousClock.now
        guard machine.connected(handshake: handshake.map(\.bytes.count), now: now) else { return }
        RedisConnection.blockBrokenPipeSignal()
        connection = opened
        isWritable = true
        handshakeScripts = (session.map { _ in nil } + scripts)[...]
        do {
            try reactor.watch(opened.descriptor, for: .read) { [weak self] readiness in
                self?.assumeIsolated { $0.handle(readiness) }
            }
        } catch {
            return loseConnection(.connectFailed(reason: "\(error)"))
        }
        for command in handshake { opened.append(command) }
        flush()
        scheduleTick(machine.firstTick(now: now))
    }

    private func runHooks() {
        let session = RedisSession(client: self, generation: machine.generation)
        let hooks = hooks.withLock { $0 }
        Task {
            for hook in hooks { await hook(session) }
            guard machine.settled(generation: session.generation, now: .now) else { return }
            isReady.store(true, ordering: .releasing)
            onEvent(.connected)
            for handler in readyHandlers.withLock({ $0 }) { handler() }
        }
    }

    private func loseConnection(_ error: RedisError) {
        let wasConnected = connection != nil
        guard let loss = machine.lost(now: .now, random: .random(in: 0..<1)) else { return }
        dropConnection()
        reactor.schedule(after: loss.backoff) { [weak self] in self?.assumeIsolated { $0.connect() } }
        let reason = if case .connectionLost(let reason) = error { reason } else { "\(error)" }
        for waiter in loss.waiters { waiter.resume(.failure(.connectionLost(reason: reason))) }
        onEvent(
            wasConnected
                ? .disconnected(reason: reason, retryAfter: loss.backoff)
                : .connectFailed(error, retryAfter: loss.backoff))
    }

    private func dropConnection() {
        isReady.store(false, ordering: .releasing)
        guard let connection else { return }
        reactor.unwatch(connection.descriptor)
        self.connection = nil
    }
}

// MARK: - Reading and writing

extension RedisClient {
    func enqueue(
        _ command: RedisCommand, from origin: RedisConnection.StateMachine<Waiter>.Origin, timeout: Duration,
        waiter: Waiter
    ) {
        let admission = machine.admit(
            waiter, bytes: command.bytes.count, from: origin, timeout: timeout, now: .now)
        switch admission {
        case .refuse(let waiter, let error): waiter.resume(.failure(error))
        case .write(let tickAt):
            connection?.append(command)
            scheduleFlush()
            scheduleTick(tickAt)
        }
    }

    /// One write serves all commands of a turn: it is queued behind the work that the reactor already has.
    private func scheduleFlush() {
        guard !isFlushScheduled, isWritable else { return }
        isFlushScheduled = true
        reactor.post { [self] in
            assumeIsolated {
                $0.isFlushScheduled = false
                $0.flush()
            }
        }
    }

    private func flush() {
        guard let connection else { return }
        switch connection.write() {
        case .done:
            if !isWritable { reactor.change(connection.descriptor, to: .read) }
            isWritable = true
        case .blocked:
            isWritable = false
            reactor.change(connection.descriptor, to: [.read, .write])
        case .failed(let reason): loseConnection(.connectionLost(reason: reason))
        }
    }

    private func handle(_ readiness: Reactor.Readiness) {
        if readiness.contains(.write), !isWritable { flush() }
        if readiness.contains(.read) { read() }
    }

    private func read() {
        guard let connection else { return }
        if let reason = connection.read() { return loseConnection(.connectionLost(reason: reason)) }
        let now = ContinuousClock.now
        do {
            // A waiter may shut the client down; then nothing more may be read.
            while self.connection === connection, let value = try connection.nextReply() {
                deliver(value, now: now)
            }
        } catch {
            loseConnection(error)
        }
    }

    private func deliver(_ value: RedisValue, now: ContinuousClock.Instant) {
        let message: String? = if case .error(let message) = value { message } else { nil }
        let code = message.map { String($0.prefix { $0 != " " }) }
        switch machine.received(errorCode: code, now: now) {
        case .deliver(let waiter):
            waiter.resume(message.map { .failure(.server(message: $0)) } ?? .success(value))
        case .drop: break
        case .handshakeContinues: rememberDigest(value)
        case .runHooks:
            rememberDigest(value)
            runHooks()
        case .close(let reason): loseConnection(.connectionLost(reason: reason))
        }
        // The server has become a replica: a new connection by the same name may reach the new primary.
        if code == "READONLY" { loseConnection(.connectionLost(reason: "the server is a replica")) }
    }

    /// Handshake replies come in the order of the handshake's commands.
    private func rememberDigest(_ reply: RedisValue) {
        if let script = handshakeScripts.popFirst() { script?.remember(reply) }
    }

    private func scheduleTick(_ time: ContinuousClock.Instant?) {
        guard let time else { return }
        reactor.schedule(after: time - .now) { [weak self] in self?.assumeIsolated { $0.tick() } }
    }

    private func tick() {
        let tick = machine.tick(now: .now)
        if tick.isStalled { return loseConnection(.connectionLost(reason: "no reply within the stall limit")) }
        for waiter in tick.expired { waiter.resume(.failure(.timeout)) }
        scheduleTick(tick.tickAt)
    }
}
