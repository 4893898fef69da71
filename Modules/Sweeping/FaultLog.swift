import Logging
import Synchronization
import UseCases

/// Writes a pass's faults to the log: the first ones; the pass's own line tells how many they were.
final class FaultLog: Sendable {
    /// Lines a pass. When thousands of records fail, they fail for one cause.
    private static let limit = 10

    private let written = Mutex(0)
    private let logger: Logger

    init(_ logger: Logger) {
        self.logger = logger
    }

    func beginPass() { written.withLock { $0 = 0 } }

    func report(_ fault: SweepFault) {
        let isWritten = written.withLock { count in
            count += 1
            return count <= Self.limit
        }
        guard isWritten else { return }
        logger.warning(
            fault.records.isEmpty ? "cannot look for overdue reservations" : "cannot release",
            metadata: [
                "cause": "\(fault.failure)",
                "record": "\(fault.subject ?? "")",
            ])
    }
}
