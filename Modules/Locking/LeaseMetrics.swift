import Metrics
import UseCases

/// The counters of the lease stores. The lanes measure how long commands wait for leases.
struct LeaseMetrics: Sendable {
    private let unavailable = Counter(label: "inventory_lease_unavailable_total")
    private let busyGroups = Counter(label: "inventory_lease_busy_groups_total")

    /// Counts a grant and returns it.
    func counting(_ grant: LeaseGrant) -> LeaseGrant {
        switch grant {
        case .unavailable: unavailable.increment()
        case .answered(let granted, _, _):
            let busy = granted.count { !$0 }
            if busy > 0 { busyGroups.increment(by: busy) }
        }
        return grant
    }
}
