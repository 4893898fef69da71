import Reactor

extension RedisClient {
    /// Sends a command and waits at most `timeout` for its reply.
    /// - Throws: any ``RedisError`` but `connectFailed` and `invalidURL`. After `timeout` and `connectionLost` the server
    ///   may have run the command, or run it later.
    public nonisolated func send(_ command: RedisCommand, timeout: Duration) async throws(RedisError) -> RedisValue {
        try await send(command, from: .caller, timeout: timeout)
    }

    /// Runs a script in one round trip; `call` must come from ``RedisScript/call(keyCount:argumentCount:byteCount:)`` of
    /// the same script. If the server has lost the script, as after `SCRIPT FLUSH`, a second round trip sends its text.
    /// - Parameter timeout: for both round trips together.
    public nonisolated func run(
        _ script: RedisScript, _ call: RedisCommand, timeout: Duration
    ) async throws(RedisError) -> RedisValue {
        try await run(script, call, from: .caller, timeout: timeout)
    }

    /// Sends a command without waiting. `completion` gets what ``send(_:timeout:)`` would return or throw. It runs on the
    /// reactor's thread and must not block. Any thread may call; the commands of one thread keep their order.
    public nonisolated func post(
        _ command: RedisCommand, timeout: Duration,
        completion: @escaping @Sendable (Result<RedisValue, RedisError>) -> Void = { _ in }
    ) {
        post(command, from: .caller, timeout: timeout, completion: completion)
    }

    /// Runs a script without waiting, otherwise like ``run(_:_:timeout:)``. The timeout counts for each round trip. If the
    /// server has lost the script, its call moves behind commands that came later: ``preload(_:)`` it.
    public nonisolated func post(
        _ script: RedisScript, _ call: RedisCommand, timeout: Duration,
        completion: @escaping @Sendable (Result<RedisValue, RedisError>) -> Void = { _ in }
    ) {
        learnDigest(of: script, from: .caller, timeout: timeout)
        post(call, timeout: timeout) { [self] result in
            guard case .failure(let error) = result, error.isMissingScript else { return completion(result) }
            post(call.evaluating(script), timeout: timeout, completion: completion)
        }
    }

    /// Checks that the server answers.
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
        learnDigest(of: script, from: origin, timeout: timeout)
        let deadline = ContinuousClock.now + timeout
        do {
            return try await send(call, from: origin, timeout: timeout)
        } catch  where error.isMissingScript {
            return try await send(call.evaluating(script), from: origin, timeout: deadline - .now)
        }
    }

    private nonisolated func post(
        _ command: RedisCommand, from origin: RedisConnection.StateMachine<Waiter>.Origin, timeout: Duration,
        completion: @escaping @Sendable (Result<RedisValue, RedisError>) -> Void
    ) {
        // Ordered with `send` and `run` of the same thread: the release of a lease must reach the server before the next
        // request for it.
        reactor.perform { [self] in
            assumeIsolated { $0.enqueue(command, from: origin, timeout: timeout, waiter: .callback(completion)) }
        }
    }

    /// Loads a script whose digest is not known yet, ahead of its first call and in the same write. The first call
    /// carries the script's text, so it does not wait for the reply.
    private nonisolated func learnDigest(
        of script: RedisScript, from origin: RedisConnection.StateMachine<Waiter>.Origin, timeout: Duration
    ) {
        guard script.digest == nil else { return }
        post(.load(script), from: origin, timeout: timeout) { result in
            if case .success(let reply) = result { script.remember(reply) }
        }
    }
}
