/// What one caller, and all callers together, may take of the server. Beyond it a connection is closed or a request
/// refused, so that memory and descriptors stay bounded whatever comes.
struct TransportLimits: Hashable, Sendable {
    /// Requests whose handlers are at work, over all connections; beyond it 503 `system_busy`. More than the engine's
    /// own bound (`QUEUE_CAPACITY`), so that commands meet that one first.
    var requestsInFlight = 10_000
    /// Requests that may wait behind the one being answered, on one connection of HTTP/1.1. What one read brings may be
    /// thousands of tiny ones; no client that is known sends more than some ten ahead.
    var pipelinedRequests = 128
    /// Bytes of a body that are dropped after the answer: enough for a caller that reads only when it has sent all.
    var droppedBytes = 16 << 20
}
