import PostgresClient
import Synchronization

extension Stage {
    /// Runs a body while another session holds a record's row.
    func whileLocked<Value>(_ id: String, _ body: () async throws -> Value) async throws -> Value {
        try await withSession { session in
            try await session.script(
                "BEGIN; SELECT FROM inventory WHERE id = '\(id)' FOR UPDATE", timeout: .seconds(5))
            let value = try await body()
            try await session.script("COMMIT", timeout: .seconds(5))
            return value
        }
    }
}

/// A flag that any task can raise and read.
final class Flag: Sendable {
    private let value = Atomic(false)

    var isRaised: Bool { value.load(ordering: .acquiring) }
    func raise() { value.store(true, ordering: .releasing) }
}
