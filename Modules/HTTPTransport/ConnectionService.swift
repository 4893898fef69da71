import HTTPCore
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
    private let eventLoop: any EventLoop
    private let executor: LoopExecutor
    private var watched: [ObjectIdentifier: any Watched] = [:]
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
        executor = LoopExecutor(eventLoop)
        lagDue = .now() + Self.lagInterval
        self.eventLoop = eventLoop
        let box = NIOLoopBound(self, eventLoop: eventLoop)
        let tick = TimeAmount(limits.tick)
        eventLoop.scheduleRepeatedTask(initialDelay: tick, delay: tick) { _ in box.value.check(.now()) }
        eventLoop.scheduleRepeatedTask(initialDelay: Self.lagInterval, delay: Self.lagInterval) { _ in
            box.value.noteLag(.now())
        }
    }

    // MARK: Time

    /// Between two looks at how late the loop is: often enough to meet most stalls that a caller would feel.
    private static let lagInterval = TimeAmount.milliseconds(100)

    private func noteLag(_ now: NIODeadline) {
        metrics.loopLag.recordNanoseconds(max(0, (now - lagDue).nanoseconds))
        lagDue = now + Self.lagInterval
    }

    /// One look at all connections each tick costs less than a timer for each request.
    func watch(_ one: any Watched) {
        watched[ObjectIdentifier(one)] = one
    }

    func unwatch(_ one: any Watched) {
        watched[ObjectIdentifier(one)] = nil
    }

    private func check(_ now: NIODeadline) {
        for one in watched.values { one.check(now) }
    }

    /// Now, as the `Date` header has it; made anew each second.
    var date: String {
        let second = HTTPDate.currentSecond()
        if second != dateSecond {
            dateSecond = second
            dateText = HTTPDate.text(second)
        }
        return dateText
    }

    // MARK: Requests

    /// Runs a task of a request on the event loop, at once; the server does not end before it.
    /// - Returns: nil when too many requests are in flight; then nothing is run.
    func run(_ operation: @escaping @Sendable () async -> Void) -> Task<Void, Never>? {
        guard requests.enter() else { return nil }
        return runCounted(operation)
    }

    /// The same for a request that counts already.
    func runCounted(_ operation: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
        let requests = requests
        return executor.run {
            await operation()
            requests.leave()
        }
    }

    /// Counts a request that is answered without a task; the server does not end before it.
    /// - Returns: false when too many requests are in flight; then nothing is counted.
    func enter() -> Bool { requests.enter() }

    /// One that has entered is answered.
    func leave() { requests.leave() }

    /// - Returns: false when the bodies of all connections take too much; then nothing is counted.
    func holdBody(_ bytes: Int) -> Bool { requests.hold(bytes) }

    func releaseBody(_ bytes: Int) { requests.release(bytes) }
}
