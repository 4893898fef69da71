import Domain
import Synchronization

/// The reference for the cache: the committed versions, and those that were reported to callers.
final class Database: Sendable {
    private struct State {
        var versions: [RecordKey: Int64] = [:]
        /// For each process the oldest versions that its readers may see.
        var floors: [[RecordKey: Int64]]
        var violations: [String] = []
        var hits = 0
        var commits = 0
    }

    private let state: Mutex<State>

    init(processes: Int) {
        state = Mutex(State(floors: Array(repeating: [:], count: processes)))
    }

    var violations: [String] { state.withLock { $0.violations } }
    var hits: Int { state.withLock { $0.hits } }
    var commits: Int { state.withLock { $0.commits } }

    func commit(_ key: RecordKey) -> Int64 {
        state.withLock { state in
            state.commits += 1
            state.versions[key, default: 0] += 1
            return state.versions[key, default: 0]
        }
    }

    func version(_ key: RecordKey) -> Int64 {
        state.withLock { $0.versions[key] ?? 0 }
    }

    /// A caller was told the version.
    /// - Parameter process: nil if the version was published, and so counts for all processes.
    func report(_ key: RecordKey, version: Int64, process: Int?) {
        state.withLock { state in
            for index in state.floors.indices where process == nil || process == index {
                state.floors[index][key] = max(state.floors[index][key] ?? 0, version)
            }
        }
    }

    func floor(_ key: RecordKey, process: Int) -> Int64 {
        state.withLock { $0.floors[process][key] ?? 0 }
    }

    func check(_ found: Int64, floor: Int64) {
        state.withLock { state in
            state.hits += 1
            if found < floor { state.violations.append("found \(found) after \(floor) was reported") }
        }
    }
}
