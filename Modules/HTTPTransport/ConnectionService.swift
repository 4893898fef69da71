import Basics
import HTTPCore
import HTTPTypes
import Logging
import Metrics
import NIOCore

/// What all connections of one event loop share. Lives on it.
final class ConnectionService {
    let responder: LoopResponder
    let limits: TransportLimits
    let metrics: TransportMetrics
    let logger: Logger
    private let requests: RequestsInFlight
    private let executor: LoopExecutor
    let connectionLimits: IntakeLimits
    let streamLimits: IntakeLimits
    let idleLimits: IdleTimer.Limits
    private var timeouts: [ObjectIdentifier: any TimeoutChecking] = [:]
    private var lagDue: NIODeadline
    private var dateSecond: Int64 = 0
    private var dateText = ""

    var pipeline: RequestPipeline { responder.pipeline }

    /// To be called on the event loop.
    init(
        pipeline: RequestPipeline,
        requests: RequestsInFlight,
        limits: TransportLimits,
        metrics: TransportMetrics,
        logger: Logger,
        eventLoop: any EventLoop
    ) {
        responder = LoopResponder(pipeline, on: eventLoop)
        self.requests = requests
        self.limits = limits
        self.metrics = metrics
        self.logger = logger
        connectionLimits = IntakeLimits(limits, for: .connection)
        streamLimits = IntakeLimits(limits, for: .stream)
        idleLimits = IdleTimer.Limits(limits)
        executor = LoopExecutor(eventLoop)
        lagDue = .now() + Self.lagInterval
        let box = NIOLoopBound(self, eventLoop: eventLoop)
        let tick = TimeAmount(limits.tick)
        eventLoop.scheduleRepeatedTask(initialDelay: tick, delay: tick) { _ in box.value.checkTimeouts(.now()) }
        eventLoop.scheduleRepeatedTask(initialDelay: Self.lagInterval, delay: Self.lagInterval) { _ in
            box.value.recordLag(.now())
        }
    }

    // MARK: Time

    /// How often the loop's delay is measured: often enough to see most stalls that a client would feel.
    private static let lagInterval = TimeAmount.milliseconds(100)

    private func recordLag(_ now: NIODeadline) {
        metrics.loopLag.recordNanoseconds(max(0, (now - lagDue).nanoseconds))
        lagDue = now + Self.lagInterval
    }

    /// One look at all connections each tick costs less than a timer for each request.
    func addTimeouts(of connection: any TimeoutChecking) {
        timeouts[ObjectIdentifier(connection)] = connection
    }

    func removeTimeouts(of connection: any TimeoutChecking) {
        timeouts[ObjectIdentifier(connection)] = nil
    }

    private func checkTimeouts(_ now: NIODeadline) {
        for connection in timeouts.values { connection.checkTime(now) }
    }

    /// The value of the `Date` header, made once a second.
    var date: String {
        let second = HTTPDate.currentSecond()
        if second != dateSecond {
            dateSecond = second
            dateText = HTTPDate.text(second)
        }
        return dateText
    }

    // MARK: Requests

    /// Runs a request's task on the event loop, at once. The server does not stop before the task ends.
    /// - Returns: nil when too many requests are in flight; then nothing runs.
    func run(_ operation: @escaping @Sendable () async -> Void) -> Task<Void, Never>? {
        guard requests.enter() else { return nil }
        return runCounted(operation)
    }

    /// The same for a request that is counted already.
    func runCounted(_ operation: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
        let requests = requests
        return executor.run {
            await operation()
            requests.leave()
        }
    }

    /// Counts a request that runs without a task. The server does not stop before it is answered.
    /// - Returns: false when too many requests are in flight; then nothing is counted.
    func enter() -> Bool { requests.enter() }

    /// Called once for each request that `enter` has counted.
    func leave() { requests.leave() }

    /// The answer to bytes that are not a request.
    func rejectMalformed() -> APIResponse {
        let nothing = HTTPRequest(method: .get, scheme: nil, authority: nil, path: nil)
        let answer = pipeline.refusal(Problem(.malformedRequest, "The request is not valid HTTP."), to: nothing)
        let requestID = answer.headers[.requestID] ?? ""
        logger.info(
            "request was not HTTP",
            metadata: ["request_id": "\(requestID)", "trace_id": "\(TraceID.of([:]))", "status": "400"])
        return answer
    }

    /// - Returns: false when the bodies of all connections hold too many bytes; then nothing is counted.
    func holdBody(_ bytes: Int) -> Bool { requests.hold(bytes) }

    func releaseBody(_ bytes: Int) { requests.release(bytes) }
}
