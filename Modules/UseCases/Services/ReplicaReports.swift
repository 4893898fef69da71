import Synchronization

/// Reads reports from a replica, or from the primary while the replica does not answer or lags behind.
public final class ReplicaReports: StockReports {
    private let replica: any StockReports
    private let primary: any StockReports
    private let isBehind: @Sendable () -> Bool
    private let onChange: @Sendable (ServiceFailure?) -> Void
    private let isReplicaDown = Atomic(false)

    /// - Parameters:
    ///   - isBehind: whether the replica's figures are too old to use.
    ///   - onChange: called with the first of several consecutive failures, and with nil when the replica answers
    ///     again.
    public init(
        replica: any StockReports, primary: any StockReports, isBehind: @escaping @Sendable () -> Bool = { false },
        onChange: @escaping @Sendable (ServiceFailure?) -> Void
    ) {
        self.replica = replica
        self.primary = primary
        self.isBehind = isBehind
        self.onChange = onChange
    }

    public func summary() async throws(ServiceFailure) -> StockSummary {
        try await withFallback { reports throws(ServiceFailure) in try await reports.summary() }
    }

    public func topMovers(days: Int64, limit: Int) async throws(ServiceFailure) -> [TopMover] {
        try await withFallback { reports throws(ServiceFailure) in try await reports.topMovers(days: days, limit: limit)
        }
    }

    public func turnover(days: Int64, page: PageRequest) async throws(ServiceFailure) -> TurnoverReport {
        try await withFallback { reports throws(ServiceFailure) in try await reports.turnover(days: days, page: page) }
    }

    public func movements(days: Int64, bucket: MovementBucket) async throws(ServiceFailure) -> [MovementLine] {
        try await withFallback { reports throws(ServiceFailure) in
            try await reports.movements(days: days, bucket: bucket)
        }
    }

    /// Falls back only for faults of the replica: an invalid request would fail on the primary too.
    private func withFallback<Value>(
        _ read: (any StockReports) async throws(ServiceFailure) -> Value
    ) async throws(ServiceFailure) -> Value {
        if isBehind() {
            markReplicaDown(.unavailable(cause: "the replica is behind the primary"))
            return try await read(primary)
        }
        do throws(ServiceFailure) {
            let value = try await read(replica)
            if isReplicaDown.exchange(false, ordering: .relaxed) { onChange(nil) }
            return value
        } catch {
            guard error.isServerFault else { throw error }
            markReplicaDown(error)
            return try await read(primary)
        }
    }

    private func markReplicaDown(_ cause: ServiceFailure) {
        if !isReplicaDown.exchange(true, ordering: .relaxed) { onChange(cause) }
    }
}

extension ServiceFailure {
    fileprivate var isServerFault: Bool {
        switch self {
        case .unavailable, .internalFault: true
        default: false
        }
    }
}
