import Reactor

extension RedisClient {
    /// Sends a command and waits for its answer, `timeout` at most.
    /// - Throws: any ``RedisError`` but `connectFailed` and `invalidURL`. After `timeout` and `connectionLost` the server
    ///   may have run the command, or run it later.
    public nonisolated func send(_ command: RedisCommand, timeout: Duration) async throws(RedisError) -> RedisValue {
        try await send(command, from: .caller, timeout: timeout)
    }

    /// Runs a script; `call` was made by ``RedisScript/call(keyCount:argumentCount:byteCount:)`` of the same script. Where
    /// the server does not know it, as after `SCRIPT FLUSH`, its text is sent once.
    /// - Parameter timeout: for both attempts together.
    public nonisolated func run(
        _ script: RedisScript, _ call: RedisCommand, timeout: Duration
    ) async throws(RedisError) -> RedisValue {
        try await run(script, call, from: .caller, timeout: timeout)
    }

    /// Sends a command without waiting. `completion` gets what ``send(_:timeout:)`` would return or throw, on the
    /// reactor's thread, and must not block. Any thread; commands of one thread keep their order.
    public nonisolated func post(
        _ command: RedisCommand, timeout: Duration,
        completion: @escaping @Sendable (Result<RedisValue, RedisError>) -> Void = { _ in }
    ) {
        // Not later than what is sent after it: a lease is given back before it is asked for again.
        reactor.perform { [self] in
            assumeIsolated { $0.enqueue(command, from: .caller, timeout: timeout, waiter: .callback(completion)) }
        }
    }

    /// Runs a script without waiting, else like ``run(_:_:timeout:)``. The timeout counts for each attempt. Where the text
    /// has to be sent, commands that came later go first: ``preload(_:)`` it.
    public nonisolated func post(
        _ script: RedisScript, _ call: RedisCommand, timeout: Duration,
        completion: @escaping @Sendable (Result<RedisValue, RedisError>) -> Void = { _ in }
    ) {
        post(call, timeout: timeout) { [self] result in
            guard case .failure(let error) = result, error.isMissingScript else { return completion(result) }
            post(call.evaluating(script), timeout: timeout, completion: completion)
        }
    }

    /// Asks the server for a sign of life.
    public nonisolated func ping(timeout: Duration) async throws(RedisError) {
        guard try await send(["PING"], timeout: timeout) == .status("PONG") else { throw .unexpectedReply }
    }

    nonisolated func send(
        _ command: RedisCommand, from origin: RedisConnection.StateMachine<Waiter>.Origin, timeout: Duration
    ) async throws(RedisError) -> RedisValue {
        try await withCheckedContinuation { continuation in
            reactor.perform { [self] in
                assumeIsolated {
                    $0.enqueue(command, from: origin, timeout: timeout, waiter: .continuation(continuation))
                }
            }
        }.get()
    }

    nonisolated func run(
        _ script: RedisScript, _ call: RedisCommand, from origin: RedisConnection.StateMachine<Waiter>.Origin,
        timeout: Duration
    ) async throws(RedisError) -> RedisValue {
        let deadline = ContinuousClock.now + timeout
        do {
            return try await send(call, from: origin, timeout: timeout)
        } catch  where error.isMissingScript {
            return try await send(call.evaluating(script), from: origin, timeout: deadline - .now)
        }
    }
}
