import Synchronization

/// Reports from a replica, and from the primary while the replica cannot answer or is behind.
public final class ReplicaReports: StockReports {
    private let replica: any StockReports
    private let primary: any StockReports
    private let isBehind: @Sendable () -> Bool
    private let onChange: @Sendable (ServiceFailure?) -> Void
    private let isAway = Atomic(false)

    /// - Parameters:
    ///   - isBehind: whether the replica's figures are too old; it is not asked then.
    ///   - onChange: hears the first failure of a row of failures, and nil when the replica answers again.
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
        try await asking { reports throws(ServiceFailure) in try await reports.summary() }
    }

    public func topMovers(days: Int64, limit: Int) async throws(ServiceFailure) -> [TopMover] {
        try await asking { reports throws(ServiceFailure) in try await reports.topMovers(days: days, limit: limit) }
    }

    public func turnover(days: Int64, page: PageRequest) async throws(ServiceFailure) -> TurnoverReport {
        try await asking { reports throws(ServiceFailure) in try await reports.turnover(days: days, page: page) }
    }

    public func movements(days: Int64, bucket: MovementBucket) async throws(ServiceFailure) -> [MovementLine] {
        try await asking { reports throws(ServiceFailure) in try await reports.movements(days: days, bucket: bucket) }
    }

    /// A caller's own mistake is one on the primary too, so it is not asked again.
    private func asking<Value>(
        _ ask: (any StockReports) async throws(ServiceFailure) -> Value
    ) async throws(ServiceFailure) -> Value {
        if isBehind() {
            noteAway(.unavailable(cause: "the replica is behind the primary"))
            return try await ask(primary)
        }
        do throws(ServiceFailure) {
            let value = try await ask(replica)
            if isAway.exchange(false, ordering: .relaxed) { onChange(nil) }
            return value
        } catch {
            guard error.isOfTheServer else { throw error }
            noteAway(error)
            return try await ask(primary)
        }
    }

    private func noteAway(_ cause: ServiceFailure) {
        if !isAway.exchange(true, ordering: .relaxed) { onChange(cause) }
    }
}

extension ServiceFailure {
    fileprivate var isOfTheServer: Bool {
        switch self {
        case .unavailable, .internalFault: true
        default: false
        }
    }
}
