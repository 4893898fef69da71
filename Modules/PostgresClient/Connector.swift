import Reactor
import Synchronization

/// The threads on which connections are made, since libpq blocks while it resolves names and tries one host after another.
///
/// One set for the whole process, made when it is first needed and never ended. A connect may hang for its whole timeout;
/// each goes to the thread with the least to do, so that a few dead servers do not keep the others from being reached.
struct Connector: Sendable {
    static let shared = Connector()

    /// Connects that may hang at once before others wait for them: more than one program has servers to talk to.
    private static let threadCount = 8

    private let threads = (0..<threadCount).map { BlockingThread(name: "pg-connect-\($0)") }
    private let load = Load()

    func open(_ configuration: PostgresConfiguration) async throws(PostgresError) -> LibpqConnection {
        let index = load.begin()
        defer { load.end(index) }
        do {
            return try await threads[index].run { try LibpqConnection.open(configuration) }
        } catch let error as PostgresError {
            throw error
        } catch {
            throw PostgresError(.cannotConnect, "\(error)")
        }
    }

    /// For calls whose outcome interests nobody.
    func runDetached(_ body: @escaping @Sendable () -> Void) {
        let index = load.begin()
        Task {
            try? await threads[index].run(body)
            load.end(index)
        }
    }

    /// How many calls each thread has under way.
    private final class Load: Sendable {
        private let counts = Mutex([Int](repeating: 0, count: threadCount))

        /// The thread with the fewest, counted as having one more.
        func begin() -> Int {
            counts.withLock { counts in
                let index = counts.indices.min { counts[$0] < counts[$1] } ?? 0
                counts[index] += 1
                return index
            }
        }

        func end(_ index: Int) {
            counts.withLock { $0[index] -= 1 }
        }
    }
}

/// Numbers from 0, each handed out once, until they wrap.
final class SharedCounter: Sendable {
    private let number = Atomic<UInt32>(0)

    func take() -> Int { Int(number.wrappingAdd(1, ordering: .relaxed).oldValue) }
}
