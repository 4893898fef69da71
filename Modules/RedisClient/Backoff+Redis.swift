import Basics

extension Backoff {
    /// Before the next attempt to connect to Redis. A recovered server is in use again after a second at the latest.
    static var redis: Backoff { Backoff(limit: .seconds(1)) }
}
