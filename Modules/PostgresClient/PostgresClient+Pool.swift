import Reactor
import Synchronization

/// The shell around the pool's state machine.
extension PostgresClient {
    /// A connection at once if there is one, without a hop; otherwise a place in the line.
    ///
    /// - Throws: ``PostgresError``, or `CancellationError` if the task is cancelled while it waits.
    func acquire(_ kind: Pool.Kind, wait: Duration) async throws -> PostgresConnection {
        while true {
            let connection = try await pool.withLock { $0.take(kind) }.orWait { try await self.wait(kind, for: wait) }
            // It may have ended a moment ago, before the pool heard of it.
            if connection.standing != .closed { return connection }
            guard kind == .exclusive else { return connection }
            giveBack(connection)
        }
    }

    private func wait(_ kind: Pool.Kind, for wait: Duration) async throws -> PostgresConnection {
        let number = nextNumber()
        var timer: Reactor.Timer?
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                timer = self.queue(waiter, kind, number: number, wait: wait)
            }
        } onCancel: {
            self.leave(kind, number: number, because: CancellationError())
        }
        timer?.cancel()
        return try result.get()
    }

    private func queue(_ waiter: Waiter, _ kind: Pool.Kind, number: Int, wait: Duration) -> Reactor.Timer? {
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
        case .waits:
            // The task may have been cancelled before there was anything to leave.
            if Task.isCancelled { leave(kind, number: number, because: CancellationError()) }
            return reactor.schedule(after: wait) { [weak self] in
                self?.leave(kind, number: number, because: PostgresError(.poolExhausted, "no connection in time"))
            }
        }
    }

    private func leave(_ kind: Pool.Kind, number: Int, because error: any Error) {
        guard let waiter = pool.withLock({ $0.leave(kind, number: number) }) else { return }
        waiter.resume(returning: .failure(error))
    }

    /// Ends a lease: an open transaction is rolled back first, and a connection in an unclear state is closed.
    func release(_ connection: PostgresConnection) async {
        switch connection.standing {
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
        // The connection is marked closed a moment before the pool hears of it.
        if connection.standing == .closed { perform(pool.withLock { $0.closed(ObjectIdentifier(connection)) }) }
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
            // It may have ended before the pool knew it.
            if connection.standing == .closed {
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
