import CLibPQ
import Reactor

/// The shell around the state machine: what it decides is done here with libpq.
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
        note(.busy)
        let isStarted = perform(machine.submit(request))
        if isStarted { armTimer(for: request.deadline) }
    }

    // MARK: - Sending

    /// False if it was refused or the line broke.
    @discardableResult
    private func perform(_ start: Machine.Start) -> Bool {
        switch start {
        case .wait:
            return true
        case .refuse(let waiter, let error):
            note(.closed)
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

    /// While something is left to send, both directions are watched: a server whose answers nobody reads stops reading.
    @discardableResult
    private func flush() -> Bool {
        guard let isDone = libpq.flush() else {
            // The server's last words may lie in the socket, and say more than a broken pipe.
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
        // One read may leave decrypted bytes in the TLS library, of which epoll knows nothing. libpq makes room for the
        // rest while it parses, so that two more reads fetch it; without TLS, epoll comes back by itself.
        for _ in 0..<(usesTLS ? 3 : 1) where !machine.isClosed { receive() }
        if isFlushing, !machine.isClosed { flush() }
    }

    private func receive() {
        guard libpq.consumeInput() else {
            // What came before the end of the line still counts.
            readAnswers()
            if !machine.isClosed { lose() }
            return
        }
        readAnswers()
        guard !machine.isClosed else { return }
        // Taken out even if nobody listens, or libpq would pile them up.
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
                    // One stands behind each result; a second means that nothing more has arrived.
                    gapsInARow += 1
                    if gapsInARow > 2 { return }
                }
                continue
            }
            gapsInARow = 0
            handle(reception)
            if machine.isClosed { return }
        }
        // With nothing to wait for, libpq still wants to be asked, to digest notices and notifications.
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
            // The script itself has its answer; the connection is of no more use.
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
            noteStanding()
            waiter.resume(returning: .success(values))
        case .fail(let waiter, let error):
            noteStanding()
            waiter.resume(returning: .failure(error))
        case .violation(let message):
            end(PostgresError(.protocolViolation, message, wasSent: true))
            return
        }
        startWaiting()
    }

    private func startWaiting() {
        while !machine.isClosed {
            let start = machine.startNext()
            if case .wait = start { return }
            perform(start)
        }
    }

    /// Before the waiter is resumed, so that a pool that gets the connection back sees the truth.
    private func noteStanding() {
        guard machine.isIdle else { return }
        // libpq knows the transaction's state once it has seen that nothing comes after the Sync.
        if !libpq.isBusy { _ = libpq.nextReception() }
        switch libpq.transactionStatus {
        case PQTRANS_IDLE: note(.idle)
        case PQTRANS_INTRANS, PQTRANS_INERROR: note(.inTransaction)
        default: note(.busy)
        }
    }

    // MARK: - Time and the end

    /// One timer a connection: it is set for the earliest deadline it knew, and looks again when it fires.
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
        // Closing the line does not stop a statement that waits for a lock, with all the locks it holds itself.
        if let cancellation = libpq.makeCancellation() { Connector.shared.runDetached(cancellation) }
        end(PostgresError(.connectionLost, "closed because another request timed out", wasSent: true), now: now)
    }

    /// Always false, for the callers' `return`.
    @discardableResult
    private func lose() -> Bool {
        end(libpq.notices.farewell ?? PostgresError(.connectionLost, libpq.errorMessage, wasSent: true))
        return false
    }

    func end(_ error: PostgresError, now: ContinuousClock.Instant? = nil) {
        guard !machine.isClosed else { return }
        let failed = machine.close(error, now: now)
        note(.closed)
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
