import Basics
import NIOCore

/// Sends each request when it is due, or as soon as a connection is free, and in either case counts its latency from
/// when it was due. Everything runs on one event loop.
final class Generator {
    private let loop: any EventLoop
    private let schedule: Schedule
    private let connections: Int
    private let promise: EventLoopPromise<Measurement>
    private var template: RequestTemplate

    private var free: [Connection] = []
    private var open = 0
    private var start = NIODeadline.distantFuture
    /// Index of the first request that has not been sent.
    private var next = 0
    /// Index of the first request that is not due yet.
    private var nextTimed = 0
    private var inFlight = 0
    private var hasEnded = false
    private var measurement = Measurement()

    /// - Parameters:
    ///   - connections: how many connect; the first request is sent once all have.
    ///   - promise: fulfilled when every request has been answered, or `answerTimeout` after the last one was due.
    init(
        schedule: Schedule, template: RequestTemplate, connections: Int, loop: any EventLoop,
        promise: EventLoopPromise<Measurement>
    ) {
        self.schedule = schedule
        self.template = template
        self.connections = connections
        self.loop = loop
        self.promise = promise
    }

    // MARK: - Events of connections

    func connected(_ connection: Connection) {
        open += 1
        free.append(connection)
        if open == connections { begin() }
    }

    func disconnected(wasBusy: Bool) {
        guard !hasEnded else { return }
        open -= 1
        measurement.broken += 1
        if wasBusy { inFlight -= 1 }
        // Without connections no answer can arrive.
        if open == 0 { end() }
    }

    func answered(_ connection: Connection, status: Int, due: NIODeadline) {
        guard !hasEnded else { return }
        inFlight -= 1
        measurement.latencies.record(nanoseconds: UInt64(max(0, (NIODeadline.now() - due).nanoseconds)))
        if !(200..<300).contains(status) { measurement.errors[status, default: 0] += 1 }
        free.append(connection)
        sendDueRequests()
    }

    // MARK: - Running the schedule

    /// How long to wait for the last answers.
    private static let answerTimeout = TimeAmount.seconds(10)

    private func begin() {
        start = .now() + .milliseconds(10)
        let last = schedule.due.last ?? 0
        let bound = NIOLoopBound(self, eventLoop: loop)
        loop.scheduleTask(deadline: start + .nanoseconds(last) + Self.answerTimeout) { bound.value.end() }
        wakeForNext()
    }

    /// The timer follows the schedule alone: a due request that finds no free connection is sent with the next answer.
    private func wakeForNext() {
        let now = NIODeadline.now()
        while nextTimed < schedule.due.count, start + .nanoseconds(schedule.due[nextTimed]) <= now { nextTimed += 1 }
        guard !hasEnded, nextTimed < schedule.due.count else { return }
        let bound = NIOLoopBound(self, eventLoop: loop)
        loop.scheduleTask(deadline: start + .nanoseconds(schedule.due[nextTimed])) {
            bound.value.sendDueRequests()
            bound.value.wakeForNext()
        }
    }

    private func sendDueRequests() {
        let now = NIODeadline.now()
        while next < schedule.due.count, !free.isEmpty {
            let due = start + .nanoseconds(schedule.due[next])
            guard due <= now else { break }
            next += 1
            inFlight += 1
            measurement.lateSends.record(nanoseconds: UInt64((now - due).nanoseconds))
            // The connection used last has the warmest caches.
            free.removeLast().send(template.next(), due: due)
        }
        if next == schedule.due.count, inFlight == 0 { end() }
    }

    private func end() {
        guard !hasEnded else { return }
        hasEnded = true
        measurement.scheduled = schedule.due.count
        measurement.unanswered = schedule.due.count - measurement.latencies.count
        measurement.seconds = Double((NIODeadline.now() - start).nanoseconds) / 1e9
        for connection in free { connection.close() }
        promise.succeed(measurement)
    }
}
