import Basics
import NIOCore

/// Sends each request at its time if a connection is free, else as soon as one is, and counts its latency from the time at
/// which it was due in any case. All of it happens on one event loop.
final class Generator {
    private let loop: any EventLoop
    private let schedule: Schedule
    private let connections: Int
    private let promise: EventLoopPromise<Measurement>
    private var template: RequestTemplate

    private var free: [Connection] = []
    private var open = 0
    private var start = NIODeadline.distantFuture
    /// The index of the first request that is not sent yet.
    private var next = 0
    /// The index of the first request whose time has not come yet.
    private var wakeUp = 0
    private var underWay = 0
    private var hasEnded = false
    private var measurement = Measurement()

    /// - Parameters:
    ///   - connections: how many will come; the first request goes out when all are there.
    ///   - promise: fulfilled when every request was answered, or when `patience` after the last one is over.
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

    // MARK: - What connections tell

    func connected(_ connection: Connection) {
        open += 1
        free.append(connection)
        if open == connections { begin() }
    }

    func disconnected(wasBusy: Bool) {
        guard !hasEnded else { return }
        open -= 1
        measurement.broken += 1
        if wasBusy { underWay -= 1 }
        // Without connections nobody would ever answer.
        if open == 0 { end() }
    }

    func answered(_ connection: Connection, status: Int, due: NIODeadline) {
        guard !hasEnded else { return }
        underWay -= 1
        measurement.latencies.record(nanoseconds: UInt64(max(0, (NIODeadline.now() - due).nanoseconds)))
        if !(200..<300).contains(status) { measurement.errors[status, default: 0] += 1 }
        free.append(connection)
        sendWhatIsDue()
    }

    // MARK: - The way of a measurement

    /// How long the last answers are waited for.
    private static let patience = TimeAmount.seconds(10)

    private func begin() {
        start = .now() + .milliseconds(10)
        let last = schedule.due.last ?? 0
        let bound = NIOLoopBound(self, eventLoop: loop)
        loop.scheduleTask(deadline: start + .nanoseconds(last) + Self.patience) { bound.value.end() }
        wakeForNext()
    }

    /// The clock goes on by the schedule alone: what is due and finds no free connection goes out with the next answer.
    private func wakeForNext() {
        let now = NIODeadline.now()
        while wakeUp < schedule.due.count, start + .nanoseconds(schedule.due[wakeUp]) <= now { wakeUp += 1 }
        guard !hasEnded, wakeUp < schedule.due.count else { return }
        let bound = NIOLoopBound(self, eventLoop: loop)
        loop.scheduleTask(deadline: start + .nanoseconds(schedule.due[wakeUp])) {
            bound.value.sendWhatIsDue()
            bound.value.wakeForNext()
        }
    }

    private func sendWhatIsDue() {
        let now = NIODeadline.now()
        while next < schedule.due.count, !free.isEmpty {
            let due = start + .nanoseconds(schedule.due[next])
            guard due <= now else { break }
            next += 1
            underWay += 1
            measurement.lateSends.record(nanoseconds: UInt64((now - due).nanoseconds))
            // The one that was used last has the warmest caches.
            free.removeLast().send(template.next(), due: due)
        }
        if next == schedule.due.count, underWay == 0 { end() }
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
