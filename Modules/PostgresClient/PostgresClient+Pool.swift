import Reactor
import Synchronization

/// Executes the actions of the pool's state machine.
extension PostgresClient {
    /// Returns an available connection at once, without a thread switch; otherwise it waits in the queue.
    ///
    /// - Throws: ``PostgresError``, or `CancellationError` if the task is cancelled while it waits.
    func acquire(_ kind: Pool.Kind, wait: Duration) async throws -> PostgresConnection {
        while true {
            let connection = try await pool.withLock { $0.take(kind) }.orWait { try await self.wait(kind, for: wait) }
            // The connection may have ended without the pool's knowledge yet.
            if connection.status != .closed { return connection }
            guard kind == .exclusive else { return connection }
            giveBack(connection)
        }
    }

    private func wait(_ kind: Pool.Kind, for wait: Duration) async throws -> PostgresConnection {
        let number = nextNumber()
        var timer: Reactor.Timer?
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                timer = self.enqueue(waiter, kind, number: number, wait: wait)
            }
        } onCancel: {
            self.stopWaiting(kind, number: number, error: CancellationError())
        }
        timer?.cancel()
        return try result.get()
    }

    private func enqueue(_ waiter: Waiter, _ kind: Pool.Kind, number: Int, wait: Duration) -> Reactor.Timer? {
        let (request, actions) = pool.withLock { pool in
            pool.request(kind, number: number, waiter: waiter, now: .now)
        }
        perform(actions)
        switch request {
        case .granted(let connection):
            waiter.resume(returning: .success(connection))
            return nil
        case .refused(let error):
            waiter.resume(returning: .failure(error))
            return nil
        case .queued:
            // The task may have been cancelled before its waiter was in the queue.
            if Task.isCancelled { stopWaiting(kind, number: number, error: CancellationError()) }
            return reactor.schedule(after: wait) { [weak self] in
                self?.stopWaiting(kind, number: number, error: PostgresError(.poolExhausted, "no connection in time"))
            }
        }
    }

    private func stopWaiting(_ kind: Pool.Kind, number: Int, error: any Error) {
        guard let waiter = pool.withLock({ $0.removeWaiter(kind, number: number) }) else { return }
        waiter.resume(returning: .failure(error))
    }

    /// Ends a lease. It rolls back an open transaction first, and closes a busy connection.
    func release(_ connection: PostgresConnection) async {
        switch connection.status {
        case .idle, .closed: break
        case .busy: await connection.close()
        case .inTransaction:
            onEvent(.transactionLeftOpen)
            do {
                _ = try await connection.query(PostgresClient.rollback, timeout: .seconds(5))
            } catch {
                await connection.close()
            }
        }
        giveBack(connection)
    }

    private func giveBack(_ connection: PostgresConnection) {
        // A connection is marked as closed a moment before the pool is told.
        if connection.status == .closed { perform(pool.withLock { $0.closed(ObjectIdentifier(connection)) }) }
        perform(pool.withLock { $0.giveBack(connection) })
    }

    func perform(_ actions: [Pool.Action]) {
        for action in actions {
            switch action {
            case .grant(let waiter, let connection): waiter.resume(returning: .success(connection))
            case .fail(let waiter, let error): waiter.resume(returning: .failure(error))
            case .close(let connection): Task { await connection.close() }
            case .connect(let kind, let delay): Task { await self.connect(kind, after: delay) }
            }
        }
    }

    private func connect(_ kind: Pool.Kind, after delay: Duration?) async {
        if let delay { await reactor.sleep(for: delay) }
        guard !pool.withLock({ $0.isShutDown }) else { return }
        do {
            let connection = try await PostgresConnection.connect(
                configuration: configuration,
                reactor: reactor,
                onEvent: onEvent,
                onNotification: nil
            ) { [weak self] identity, error in
                self?.connectionEnded(identity, error)
            }
            onEvent(.connected)
            perform(pool.withLock { $0.connected(kind, connection) })
            // The connection may have ended before it was in the pool.
            if connection.status == .closed {
                perform(pool.withLock { $0.closed(ObjectIdentifier(connection)) })
            }
        } catch {
            let next = pool.withLock { pool in
                pool.connectFailed(kind, error, now: .now, random: .random(in: 0..<1))
            }
            onEvent(.connectFailed(error, retryAfter: next.retryAfter))
            perform(next.actions)
        }
    }

    private func connectionEnded(_ identity: ObjectIdentifier, _ error: PostgresError) {
        if error.code != .closed { onEvent(.connectionLost(error)) }
        perform(pool.withLock { $0.closed(identity) })
    }
}

extension Optional {
    fileprivate func orWait(_ otherwise: () async throws -> Wrapped) async throws -> Wrapped {
        if let self { return self }
        return try await otherwise()
    }
}
