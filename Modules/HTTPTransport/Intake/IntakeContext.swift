import NIOCore

/// What holds for all requests of one connection or stream.
struct IntakeContext {
    enum Transport {
        /// HTTP/1.1: one request after the other.
        case connection
        /// HTTP/2: one request.
        case stream
    }

    let transport: Transport
    let limits: IntakeLimits
    /// Whether the connection can be used again after the current request.
    var isPersistent = true
    /// The version of the current request.
    var isHTTP10 = false
    /// The client has closed its side.
    var hasInputClosed = false
}

/// The limits of one connection or stream (`TransportLimits`), in the units of the event loop.
struct IntakeLimits {
    /// Bytes of a body that may wait for the handler before the socket is read no more.
    var bufferedBytes = 64 << 10
    /// Requests that may wait behind the current one.
    var pipelinedRequests: Int
    /// Bytes of a body that are discarded after the answer.
    var discardedBytes: Int
    /// The time over which rates are counted.
    var rateWindow: TimeAmount
    var bodyBytesPerWindow: Int
    var answerBytesPerWindow: Int
    /// From a body's head to its end.
    var bodyTime: TimeAmount
    /// How long the last answer waits for the client to close its side.
    var lingerTime: TimeAmount

    init(_ limits: TransportLimits, for transport: IntakeContext.Transport) {
        pipelinedRequests = limits.pipelinedRequests
        discardedBytes = limits.discardedBytes
        rateWindow = TimeAmount(limits.rateWindow)
        bodyBytesPerWindow = limits.bodyBytesPerWindow
        // A stream's window may be shut while others move: any byte that leaves it is progress.
        answerBytesPerWindow = transport == .stream ? 1 : limits.answerBytesPerWindow
        bodyTime = TimeAmount(limits.bodyTime)
        lingerTime = TimeAmount(limits.lingerTime)
    }
}
