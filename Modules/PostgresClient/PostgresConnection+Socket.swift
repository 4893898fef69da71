import CLibPQ
import Reactor

/// Executes the decisions of the state machine with libpq.
extension PostgresConnection {
    /// Watches the socket. The handlers run on the reactor's thread.
    func start(
        onNotice: @escaping @Sendable (PostgresNotice) -> Void,
        onNotification: (@Sendable (PostgresNotification) -> Void)?,
        onClose: @escaping @Sendable (PostgresError) -> Void
    ) throws(PostgresError) {
        libpq.notices.onNotice = onNotice
        self.onNotification = onNotification
        self.onClose = onClose
        do {
            try reactor.watch(socket, for: .read) { [weak self] _ in
                self?.assumeIsolated { $0.socketIsReady() }
            }
        } catch {
            end(PostgresError(.cannotConnect, "\(error)"))
            throw PostgresError(.cannotConnect, "\(error)")
        }
    }

    func begin(_ request: Machine.Request) {
        setStatus(.busy)
        let isStarted = perform(machine.submit(request))
        if isStarted { armTimer(for: request.deadline) }
    }

    // MARK: - Sending

    /// Returns false if the request was refused or the connection broke.
    @discardableResult
    private func perform(_ start: Machine.Start) -> Bool {
        switch start {
        case .wait:
            return true
        case .refuse(let waiter, let error):
            setStatus(.closed)
            waiter.resume(returning: .failure(error))
            return false
        case .startScript(let sql):
            guard libpq.exitPipelineMode(), libpq.sendScript(sql) else { return lose() }
            return flush()
        case .send(let queries, let steps):
            guard steps.allSatisfy({ send($0, queries) }), libpq.sync() else { return lose() }
            return flush()
        }
    }

    private func send(_ step: Machine.Step, _ queries: [PostgresQuery]) -> Bool {
        switch step {
        case .prepare(let name, let index):
            libpq.sendPrepare(name: name, sql: queries[index].statement.sql, parameters: queries[index].parameters)
        case .execute(let name, let index):
            libpq.sendPrepared(name: name, parameters: queries[index].parameters)
        case .executeUnprepared(let index):
            libpq.sendUnprepared(sql: queries[index].statement.sql, parameters: queries[index].parameters)
        }
    }

    /// Watches both directions while bytes are left to send: a server stops reading if its answers are not read.
    @discardableResult
    private func flush() -> Bool {
        guard let isDone = libpq.flush() else {
            // The socket may contain the server's reason, which says more than a broken pipe.
            if !machine.isClosed { receive() }
            return machine.isClosed ? false : lose()
        }
        if isFlushing == isDone {
            isFlushing = !isDone
            reactor.change(socket, to: isDone ? .read : [.read, .write])
        }
        return true
    }

    // MARK: - Receiving

    private func socketIsReady() {
        // A read may leave decrypted bytes in the TLS library, which epoll does not report. libpq grows its buffer while it
        // parses, so two more reads fetch the rest. Without TLS, epoll reports the rest.
        for _ in 0..<(usesTLS ? 3 : 1) where !machine.isClosed { receive() }
        if isFlushing, !machine.isClosed { flush() }
    }

    private func receive() {
        guard libpq.consumeInput() else {
            // Answers that arrived before the connection broke still count.
            readAnswers()
            if !machine.isClosed { lose() }
            return
        }
        readAnswers()
        guard !machine.isClosed else { return }
        // Removed even without a handler, or libpq would collect them.
        while let notification = libpq.nextNotification() { onNotification?(notification) }
        if libpq.isBroken { lose() }
    }

    private func readAnswers() {
        var gapsInARow = 0
        while !machine.isIdle, !libpq.isBusy {
            guard let reception = libpq.nextReception() else {
                if machine.isScripting {
                    endScript()
                } else {
                    // One follows each result; a second one means that no further result has arrived.
                    gapsInARow += 1
                    if gapsInARow > 2 { return }
                }
                continue
            }
            gapsInARow = 0
            handle(reception)
            if machine.isClosed { return }
        }
        // `isBusy` also makes libpq parse notices and notifications when no answer is expected.
        if !machine.isClosed { _ = libpq.isBusy }
    }

    private func handle(_ reception: LibpqConnection.Reception) {
        switch reception {
        case .value(let value): complete(machine.receive(.value(value)))
        case .skipped: complete(machine.receive(.skipped))
        case .sync: complete(machine.receive(.sync))
        case .failure(let error, let endsSession):
            if endsSession { end(error) } else { complete(machine.receive(.failure(error))) }
        case .unexpected(let status): end(PostgresError(.protocolViolation, "unexpected \(status)", wasSent: true))
        }
    }

    private func endScript() {
        let completion = machine.receive(.endOfScript)
        guard libpq.enterPipelineMode() else {
            // The script has its answer, but the connection cannot be used any longer.
            complete(completion)
            end(PostgresError(.protocolViolation, libpq.errorMessage, wasSent: true))
            return
        }
        complete(completion)
    }

    private func complete(_ completion: Machine.Completion) {
        switch completion {
        case .none:
            return
        case .succeed(let waiter, let values):
            updateStatus()
            waiter.resume(returning: .success(values))
        case .fail(let waiter, let error):
            updateStatus()
            waiter.resume(returning: .failure(error))
        case .violation(let message):
            end(PostgresError(.protocolViolation, message, wasSent: true))
            return
        }
        startQueued()
    }

    private func startQueued() {
        while !machine.isClosed {
            let start = machine.startNext()
            if case .wait = start { return }
            perform(start)
        }
    }

    /// Called before the waiter is resumed, so that a pool that gets the connection back sees the current status.
    private func updateStatus() {
        guard machine.isIdle else { return }
        // libpq updates the transaction's state when it finds no result after the Sync.
        if !libpq.isBusy { _ = libpq.nextReception() }
        switch libpq.transactionStatus {
        case PQTRANS_IDLE: setStatus(.idle)
        case PQTRANS_INTRANS, PQTRANS_INERROR: setStatus(.inTransaction)
        default: setStatus(.busy)
        }
    }

    // MARK: - Timeouts and closing

    /// A connection has one timer: it is set for the earliest known deadline, and set again when it fires.
    private func armTimer(for deadline: ContinuousClock.Instant) {
        if let deadlineOfTimer, deadlineOfTimer <= deadline { return }
        deadlineTimer?.cancel()
        deadlineOfTimer = deadline
        deadlineTimer = reactor.schedule(after: deadline - .now) { [weak self] in
            self?.assumeIsolated { $0.timerFired() }
        }
    }

    private func timerFired() {
        deadlineTimer = nil
        deadlineOfTimer = nil
        guard let earliest = machine.earliestDeadline else { return }
        let now = ContinuousClock.now
        guard earliest <= now else {
            armTimer(for: earliest)
            return
        }
        // Closing the connection does not stop a statement that waits for a lock, and the statement holds locks itself.
        if let cancellation = libpq.makeCancellation() { Connector.shared.runDetached(cancellation) }
        end(PostgresError(.connectionLost, "closed because another request timed out", wasSent: true), now: now)
    }

    /// Ends a broken connection. Returns false, for the callers' `return`.
    @discardableResult
    private func lose() -> Bool {
        end(libpq.notices.sessionEnd ?? PostgresError(.connectionLost, libpq.errorMessage, wasSent: true))
        return false
    }

    func end(_ error: PostgresError, now: ContinuousClock.Instant? = nil) {
        guard !machine.isClosed else { return }
        let failed = machine.close(error, now: now)
        setStatus(.closed)
        reactor.unwatch(socket)
        deadlineTimer?.cancel()
        deadlineTimer = nil
        libpq.close()
        for (waiter, error) in failed { waiter.resume(returning: .failure(error)) }
        onClose?(error)
        onClose = nil
        onNotification = nil
    }
}
