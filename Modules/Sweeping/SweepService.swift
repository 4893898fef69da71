import ArgumentParser
package import Logging
import Programs
import ServiceLifecycle
package import UseCases

/// Sweeps at intervals, or until nothing is left.
package struct SweepService: Service {
    private let sweeper: ReservationSweeper
    private let housekeeping: any Housekeeping
    private let rollUp: @Sendable () async -> Void
    private let interval: Duration?
    private let faults: FaultLog
    private let logger: Logger
    private let metrics = SweepMetrics()

    /// - Parameters:
    ///   - interval: from the start of a pass to the start of the next; nil: sweep until nothing is left, then end.
    ///   - rollUp: keeps the sums for reports up to date until its task is cancelled.
    package init(
        overdue: any OverdueRecords, commands: any CommandStore, housekeeping: any Housekeeping, interval: Duration?,
        logger: Logger, rollUp: @escaping @Sendable () async -> Void
    ) {
        let faults = FaultLog(logger)
        self.faults = faults
        sweeper = ReservationSweeper(overdue: overdue, commands: commands, bounds: SweepLimits.bounds) {
            faults.report($0)
        }
        self.housekeeping = housekeeping
        self.rollUp = rollUp
        self.interval = interval
        self.logger = logger
    }

    /// Told to stop, it finishes what is in flight.
    /// - Throws: `ExitCode.temporaryFailure` when something is left that cannot be released.
    package func run() async throws {
        let isDone = await cancelWhenGracefulShutdown {
            if let interval {
                // Beside each other: one that takes long does not keep the others waiting.
                async let rolling: Void = rollUp()
                async let purging: Void = purgeAtIntervals()
                await sweep(every: interval)
                await purging
                await rolling
                return true
            }
            // Nothing is rolled up for reports: a scheduler's runs would do it in bursts that sales feel, and an API process
            // does it all the time where no sweeper stands.
            return await sweepUntilNothingIsLeft()
        }
        if !isDone { throw ExitCode.temporaryFailure }
    }

    // MARK: At intervals

    /// Sweepers that were started together do not stay together. Only shorter: a reservation outlives its time by the
    /// interval at most.
    private static let jitter = 0.8...1.0
    /// The pause after a pass that broke off, as when the database is away.
    private static let retryPause = Duration.seconds(1)

    /// Between two purges: what they remove is kept for a day and more.
    private static let purgeInterval = Duration.seconds(60)

    private func sweep(every interval: Duration) async {
        while !Task.isCancelled {
            let began = ContinuousClock.now
            let result = await pass()
            let pause = result.isComplete ? interval : min(interval, Self.retryPause)
            // At once when the pass took longer.
            try? await ContinuousClock().sleep(until: began + pause * Double.random(in: Self.jitter))
        }
    }

    private func purgeAtIntervals() async {
        while !Task.isCancelled {
            await purge()
            try? await ContinuousClock().sleep(for: Self.purgeInterval)
        }
    }

    // MARK: Once

    /// Passes in a row that may fail to release anything, so that a database that restarts is waited for.
    private static let idlePassLimit = 3
    /// Passes in all: where reservations expire all the time, one that cannot be released must not keep it for ever.
    private static let passLimit = 100

    /// A pass without a fault has tried everything that was overdue when it began.
    /// - Returns: whether nothing is left, or it was told to stop.
    private func sweepUntilNothingIsLeft() async -> Bool {
        var idlePasses = 0
        for _ in 0..<Self.passLimit {
            let result = await pass()
            if Task.isCancelled { return true }
            if result.isComplete, result.failures == 0 {
                await purge()
                return true
            }
            idlePasses = result.released == 0 ? idlePasses + 1 : 0
            guard idlePasses < Self.idlePassLimit else { break }
            try? await ContinuousClock().sleep(for: Self.retryPause)
            if Task.isCancelled { return true }
        }
        logger.error("gave up: some overdue reservations cannot be released")
        return false
    }

    private func purge() async {
        do throws(ServiceFailure) {
            let removed = try await housekeeping.purge()
            if removed > 0 { logger.info("purged", metadata: ["rows": "\(removed)"]) }
        } catch {
            logger.warning("cannot purge", metadata: ["cause": "\(error)"])
        }
    }

    // MARK: A pass

    private func pass() async -> SweepResult {
        faults.beginPass()
        let result = await sweeper.pass()
        metrics.record(result)
        let level: Logger.Level = result.released > 0 || result.failures > 0 ? .info : .debug
        logger.log(
            level: level, "swept",
            metadata: [
                "released": "\(result.released)", "records": "\(result.records)", "failed": "\(result.failures)",
                "seconds": "\(result.duration.thousandths)",
            ])
        return result
    }
}

extension Duration {
    /// Seconds with three digits after the point.
    fileprivate var thousandths: String {
        let milliseconds = components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
        let fraction = String(milliseconds % 1_000)
        return "\(milliseconds / 1_000).\(String(repeating: "0", count: 3 - fraction.count))\(fraction)"
    }
}
