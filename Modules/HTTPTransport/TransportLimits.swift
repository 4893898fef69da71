import HTTPCore

/// What one caller, and all callers together, may take of the server. Beyond it a connection is closed or a request
/// refused, so that memory and descriptors stay bounded whatever comes (docs/operations.md, *Limits*).
struct TransportLimits: Hashable, Sendable {
    // MARK: All connections

    /// Connections at once; the newest beyond it is closed at once, so that a load balancer tries another server
    /// instead of waiting in the kernel's line. Ten thousand idle ones take some 120 MiB.
    var connections = 20_000
    /// Requests whose handlers are at work, over all connections; beyond it 503 `system_busy`. More than the engine's
    /// own bound (`QUEUE_CAPACITY`), so that commands meet that one first.
    var requestsInFlight = 10_000
    /// Bytes of bodies that did not come whole in one read, over all connections, a request counting for
    /// `BodyRule.standardLimit` at most; beyond it 503 `system_busy`.
    var bodyBytesInFlight = 256 << 20

    // MARK: Time

    /// How often the times below are looked at: each may be so much longer.
    var tick: Duration = .seconds(1)
    /// From a head's first byte to its last, whatever comes between; with TLS also for the handshake. A head is one
    /// packet or two.
    var headTime: Duration = .seconds(10)
    /// Without a request a connection is closed: longer than the 60 s for which load balancers keep theirs.
    var idleTime: Duration = .seconds(75)
    /// The time over which rates are counted: some retransmissions of a poor line must fit in.
    var rateWindow: Duration = .seconds(10)
    /// Bytes of a body that must come in each `rateWindow`, unless it is we who do not read: 4 KiB a second.
    var bodyBytesPerWindow = 40 << 10
    /// From a body's head to its end: 64 MiB at 110 KiB a second.
    var bodyTime: Duration = .seconds(600)
    /// Bytes of an answer that must be taken in each `rateWindow`: 1 KiB a second. Who reads slower holds what the
    /// answer was made from, which may be a database's cursor.
    var answerBytesPerWindow = 10 << 10
    /// From a request's end to its answer's begin: twice what the engine's own waits can add up to. Then 503
    /// `unavailable`; the handler goes on to its end, since a write in flight is never given up.
    var handlerTime: Duration = .seconds(30)
    /// How long the last answer waits for the caller to close its side.
    var lingerTime: Duration = .seconds(2)

    // MARK: One connection

    /// Requests that may wait behind the one being answered, on one connection of HTTP/1.1. What one read brings may be
    /// thousands of tiny ones; no client that is known sends more than some ten ahead.
    var pipelinedRequests = 128
    /// Bytes of a body that are dropped after the answer: enough for a caller that reads only when it has sent all.
    var droppedBytes = 80 << 20

    // MARK: One connection of HTTP/2

    /// Streams at once: what RFC 9113, section 5.1.2, asks to allow at least.
    var streams = 100
    /// Streams that a caller may reset in 30 s, and faults it may make with single streams: who opens and resets
    /// without end makes work for nothing (CVE-2023-44487). Then GOAWAY.
    var resets = 200
    /// PING, SETTINGS and PRIORITY frames in 30 s; each asks for an answer. Then GOAWAY.
    var controlFrames = 200
    /// CONTINUATION frames behind one HEADERS (CVE-2024-27316).
    var continuations = 5
    /// Answers to control frames that may wait for a caller that does not read.
    var waitingControlFrames = 1_000
    /// Bytes of one body that may be on their way to us: a stream's window.
    var windowBytes = 64 << 10
}
