import HTTPCore

/// What one client, and all clients together, may use of the server. Beyond a limit a connection is closed or a request
/// refused, so that memory and descriptors stay bounded (docs/operations.md, *Limits*).
struct TransportLimits: Hashable, Sendable {
    // MARK: All connections

    /// Open connections; a new one beyond it is closed at once, so that a load balancer tries another server instead of
    /// waiting in the kernel's queue. Ten thousand idle ones take some 120 MiB.
    var connections = 20_000
    /// Requests whose handlers are at work, over all connections; beyond it 503 `system_busy`. More than the engine's
    /// own bound (`QUEUE_CAPACITY`), so that commands meet that one first.
    var requestsInFlight = 10_000
    /// Bytes of bodies that did not come whole in one read, over all connections; beyond it 503 `system_busy`. One request
    /// counts for `BodyRule.standardLimit` at most.
    var bodyBytesInFlight = 256 << 20

    // MARK: Time

    /// How often the times below are checked: each may last one tick longer.
    var tick: Duration = .seconds(1)
    /// From a head's first byte to its last, whatever comes between; with TLS also for the handshake. A head is one
    /// packet or two.
    var headTime: Duration = .seconds(10)
    /// How long a connection may be without a request: longer than the 60 s for which load balancers keep theirs.
    var idleTime: Duration = .seconds(75)
    /// The time over which rates are counted: some retransmissions of a poor network must fit in.
    var rateWindow: Duration = .seconds(10)
    /// Bytes of a body that must come in each `rateWindow` in which the server reads: 4 KiB a second.
    var bodyBytesPerWindow = 40 << 10
    /// From a body's head to its end: 64 MiB at 110 KiB a second.
    var bodyTime: Duration = .seconds(600)
    /// Bytes of an answer that the client must read in each `rateWindow`: 1 KiB a second. A slower client would hold the
    /// answer's source, which may be a database's cursor.
    var answerBytesPerWindow = 10 << 10
    /// From a request's end to the first byte of its answer: twice what the engine's own waits can add up to. Then 503
    /// `unavailable`; the handler still runs, since a write in flight is never given up.
    var handlerTime: Duration = .seconds(30)
    /// How long the last answer waits for the client to close its side.
    var lingerTime: Duration = .seconds(2)

    // MARK: One connection

    /// Requests that may wait behind the current one, on one connection of HTTP/1.1. One read may bring thousands of tiny
    /// ones; known clients send about ten ahead.
    var pipelinedRequests = 128
    /// Bytes of a body that are discarded after the answer: enough for a client that reads only when it has sent all.
    var discardedBytes = 80 << 20

    // MARK: One connection of HTTP/2

    /// Open streams: the least that RFC 9113, section 5.1.2, recommends.
    var streams = 100
    /// Streams that a client may reset in 30 s, and stream errors it may cause; then GOAWAY. To open and reset streams
    /// without end would cost only the server work (CVE-2023-44487).
    var resets = 200
    /// PING, SETTINGS and PRIORITY frames in 30 s, then GOAWAY: each asks for an answer.
    var controlFrames = 200
    /// CONTINUATION frames after one HEADERS (CVE-2024-27316).
    var continuations = 5
    /// Answers to control frames that may wait for a client that does not read.
    var waitingControlFrames = 1_000
    /// Bytes of one body that may be on their way to the server: a stream's window.
    var windowBytes = 64 << 10
}
