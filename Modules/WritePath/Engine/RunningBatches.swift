/// How much the lanes are at, and whether it is worth while that another one begins beside them. Pure.
struct RunningBatches {
    private var weights: [Int] = []

    var isEmpty: Bool { weights.isEmpty }
    /// Of all batches together.
    private(set) var steps = 0

    /// - Parameter weight: of a batch, in steps.
    mutating func add(weight: Int) {
        weights.append(weight)
        steps += weight
    }

    /// Called once for each batch that was added.
    mutating func remove(weight: Int) {
        guard let index = weights.firstIndex(of: weight) else { return }
        weights.swapAt(index, weights.count - 1)
        weights.removeLast()
        steps -= weight
    }

    /// Whether another lane should begin with what waits now. If not, a lane that is at work takes it when it is done: a
    /// transaction costs much by itself, and few lanes make batches large.
    /// - Parameters:
    ///   - count: commands that wait.
    ///   - oldest: how long the first of them has.
    func leavesRoom(for count: Int, oldest: Duration, _ settings: EngineSettings) -> Bool {
        guard !isEmpty, count < settings.joinCount else { return true }
        return steps > settings.batchLimit || oldest >= settings.joinDelay
    }
}
