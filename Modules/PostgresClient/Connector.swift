import Reactor
import Synchronization

/// The threads that open connections: libpq blocks while it resolves names and tries one host after another.
///
/// The process has one set, created on first use and never ended. A connect may block for its whole timeout. Each goes to the
/// thread with the fewest calls, so that a few dead servers do not delay connections to others.
struct Connector: Sendable {
    static let shared = Connector()

    /// How many connects may block before others wait: more than a program has servers.
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

    /// Runs a blocking call without waiting for it, and ignores its result.
    func runDetached(_ body: @escaping @Sendable () -> Void) {
        let index = load.begin()
        Task {
            try? await threads[index].run(body)
            load.end(index)
        }
    }

    /// The unfinished calls of each thread.
    private final class Load: Sendable {
        private let counts = Mutex([Int](repeating: 0, count: threadCount))

        /// Returns the thread with the fewest calls, and counts one more for it.
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

/// A counter from 0 that threads share; it wraps around.
final class SharedCounter: Sendable {
    private let number = Atomic<UInt32>(0)

    func take() -> Int { Int(number.wrappingAdd(1, ordering: .relaxed).oldValue) }
}
