import Reactor
import Synchronization

/// The threads on which connections are made, since libpq blocks while it resolves names and tries one host after another.
///
/// One pair for the whole process, made when it is first needed and never ended: a connect may hang for its whole timeout,
/// and with two threads one dead server does not stop the next from being reached.
struct Connector: Sendable {
    static let shared = Connector()

    private let threads = (0..<2).map { BlockingThread(name: "pg-connect-\($0)") }
    private let next = SharedCounter()

    func open(_ configuration: PostgresConfiguration) async throws(PostgresError) -> LibpqConnection {
        do {
            return try await threads[next.take() % threads.count].run { try LibpqConnection.open(configuration) }
        } catch let error as PostgresError {
            throw error
        } catch {
            throw PostgresError(.cannotConnect, "\(error)")
        }
    }

    /// For calls whose outcome interests nobody.
    func runDetached(_ body: @escaping @Sendable () -> Void) {
        let thread = threads[next.take() % threads.count]
        Task { try? await thread.run(body) }
    }
}

/// Numbers from 0, each handed out once, until they wrap.
final class SharedCounter: Sendable {
    private let number = Atomic<UInt32>(0)

    func take() -> Int { Int(number.wrappingAdd(1, ordering: .relaxed).oldValue) }
}
