import NIOCore

/// An open stream of HTTP/2, as its connection sees it.
protocol OpenHTTP2Stream: AnyObject {
    func checkTime(_ now: NIODeadline)
    /// The server stops: the handler is cancelled and its answer is not sent.
    func cancel()
}

/// The open streams of one HTTP/2 connection. Lives on its event loop.
final class HTTP2StreamRegistry {
    let service: ConnectionService
    /// Whether the connection comes from this machine.
    let isLoopback: Bool
    private let timeouts: ConnectionTimeoutHandler
    private var streams: [ObjectIdentifier: any OpenHTTP2Stream] = [:]

    init(service: ConnectionService, timeouts: ConnectionTimeoutHandler, isLoopback: Bool) {
        self.service = service
        self.timeouts = timeouts
        self.isLoopback = isLoopback
    }

    func opened(_ stream: any OpenHTTP2Stream) {
        if streams.isEmpty { timeouts.becameBusy() }
        streams[ObjectIdentifier(stream)] = stream
    }

    func closed(_ stream: any OpenHTTP2Stream) {
        guard streams.removeValue(forKey: ObjectIdentifier(stream)) != nil, streams.isEmpty else { return }
        timeouts.becameIdle(now: .now())
    }

    func cancelAll() {
        // A stream may close meanwhile.
        for stream in Array(streams.values) { stream.cancel() }
    }

    func checkTime(_ now: NIODeadline) {
        for stream in Array(streams.values) { stream.checkTime(now) }
    }
}
