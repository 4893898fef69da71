public import Reactor

/// The notifications of some channels, over a dedicated connection that is replaced when it is lost.
///
/// Notifications sent while there is no connection are lost. So every consumer needs another way to find changes (a
/// poll), and ``Element/reconnected`` says when to use it. Behind a PgBouncer in transaction mode, LISTEN receives
/// nothing and reports no error: use a direct URL.
///
/// Each iteration has a connection of its own, which ends with the iteration or with its task.
public struct PostgresListener: AsyncSequence, Sendable {
    /// An event for the consumer.
    public enum Element: Sendable, Hashable {
        case notification(PostgresNotification)
        /// Notifications may have been missed before this event: listening has started, for the first time or again, or the
        /// consumer was too slow and some were dropped.
        case reconnected
    }

    /// It never ends with an error: it reconnects.
    public typealias Failure = Never

    /// The most notifications buffered for a busy consumer; with more, the oldest are dropped.
    public static let maximumPending = 1024

    private let configuration: PostgresConfiguration
    private let channels: [String]
    private let reactor: Reactor
    private let onEvent: @Sendable (PostgresEvent) -> Void

    /// - Parameters:
    ///   - channels: Exact names. PostgreSQL folds unquoted names to lower case: `NOTIFY Stock` goes to `stock`.
    ///   - onEvent: For logs and metrics; must not block.
    public init(
        configuration: PostgresConfiguration,
        channels: [String],
        reactor: Reactor,
        onEvent: @escaping @Sendable (PostgresEvent) -> Void = { _ in }
    ) {
        self.configuration = configuration
        self.channels = channels
        self.reactor = reactor
        self.onEvent = onEvent
    }

    /// Starts listening. `next()` returns `nil` only when the task is cancelled.
    public func makeAsyncIterator() -> AsyncStream<Element>.AsyncIterator {
        let (stream, continuation) = AsyncStream.makeStream(
            of: Element.self,
            bufferingPolicy: .bufferingNewest(Self.maximumPending)
        )
        let task = Task { await listen(continuation) }
        continuation.onTermination = { _ in task.cancel() }
        return stream.makeAsyncIterator()
    }

    private func listen(_ continuation: AsyncStream<Element>.Continuation) async {
        var backoff = Backoff()
        while !Task.isCancelled {
            do {
                let (closings, closing) = AsyncStream.makeStream(of: PostgresError.self)
                let connection = try await connect(continuation, closing)
                backoff.reset()
                onEvent(.connected)
                continuation.yield(.reconnected)
                // Ends when the connection does, or when this task is cancelled.
                for await error in closings { onEvent(.connectionLost(error)) }
                await connection.close()
                await reactor.sleep(for: backoff.next())
            } catch {
                let pause = backoff.next()
                onEvent(.connectFailed(error, retryAfter: pause))
                await reactor.sleep(for: pause)
            }
        }
        continuation.finish()
    }

    private func connect(
        _ continuation: AsyncStream<Element>.Continuation,
        _ closing: AsyncStream<PostgresError>.Continuation
    ) async throws(PostgresError) -> PostgresConnection {
        let connection = try await PostgresConnection.connect(
            configuration: configuration,
            reactor: reactor,
            onEvent: onEvent,
            onNotification: { notification in
                guard case .dropped = continuation.yield(.notification(notification)) else { return }
                continuation.yield(.reconnected)
            },
            onClose: { _, error in
                closing.yield(error)
                closing.finish()
            }
        )
        let commands = channels.map { "LISTEN \(Self.quoted($0));" }
        do {
            try await connection.script(commands.joined(), timeout: configuration.connectTimeout)
        } catch {
            await connection.close()
            throw error
        }
        return connection
    }

    private static func quoted(_ name: String) -> String {
        "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}
