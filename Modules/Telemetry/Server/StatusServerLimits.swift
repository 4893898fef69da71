/// What bounds a ``StatusServer``. Its callers are a scraper, a supervisor and a person with curl: small numbers do.
struct StatusServerLimits: Sendable {
    /// Bytes of the request line and the header fields. Prometheus sends about 300, browsers with cookies a few thousand.
    var headBytes = 8_192
    /// From the connection's start to the end of its head: who is slower is cut, or 32 slow ones would be an outage.
    var headTime = Duration.seconds(2)
    /// From the first byte of the answer to its last: as long as half of Prometheus' default scrape timeout of 10 s.
    var answerTime = Duration.seconds(5)
    /// How long what a peer still sends is read and dropped after the answer. Closing a socket with unread bytes sends a
    /// reset, which can destroy the answer on its way.
    var lingerTime = Duration.seconds(1)
    /// Bytes so dropped at most: 1 s of a fast peer on loopback would keep the reactor from its other work.
    var lingerBytes = 65_536
    /// Open at once; further ones wait in the backlog. Each holds a head and an answer at most.
    var connections = 32
    /// Waiting to be accepted; the kernel bounds it by `net.core.somaxconn`.
    var backlog: Int32 = 128
    /// How long nothing is accepted after the process ran out of descriptors or memory.
    var acceptPause = Duration.milliseconds(100)
}
