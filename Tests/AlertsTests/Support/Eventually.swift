/// Waits until `condition` holds; throws after `limit`, which is generous because it only costs time if the test fails
/// anyway.
func eventually(
    _ what: String, within limit: Duration = .seconds(20), _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    while try await !condition() {
        guard ContinuousClock.now < deadline else { throw Overdue(what: what) }
        try await Task.sleep(for: .milliseconds(5))
    }
}

struct Overdue: Error, CustomStringConvertible {
    let what: String
    var description: String { "did not happen in time: \(what)" }
}
