import Metrics
import UseCases

/// What the lease stores count. The time that commands wait for leases is measured where they wait, in the lane.
struct LeaseMetrics: Sendable {
    private let unavailable = Counter(label: "inventory_lease_unavailable_total")
    private let busyGroups = Counter(label: "inventory_lease_busy_groups_total")

    /// Counts what the answer says, and hands it on.
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
