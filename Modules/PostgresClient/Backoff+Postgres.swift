import Basics

extension Backoff {
    /// Before the next attempt to connect to PostgreSQL.
    static var postgres: Backoff { Backoff(limit: .seconds(2)) }
}
