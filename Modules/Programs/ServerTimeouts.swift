/// How long programs wait for the servers that they depend on.
package enum ServerTimeouts {
    /// For the database to accept connections at the start, because a supervisor may start it at the same time.
    package static let start = Duration.seconds(30)
    /// For one connection to it.
    package static let connect = Duration.seconds(3)
    /// For a connection and for the answer of one health check. Probes come every few seconds and must not queue up.
    package static let healthCheck = Duration.seconds(1)
}
