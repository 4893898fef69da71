/// The load of the running batches, and whether starting another lane pays. Pure.
struct RunningBatches {
    private var weights: [Int] = []

    var isEmpty: Bool { weights.isEmpty }
    /// Steps of all running batches together.
    private(set) var steps = 0

    /// - Parameter weight: the batch's weight, in steps.
    mutating func add(weight: Int) {
        weights.append(weight)
        steps += weight
    }

    /// Removes a batch that `add` added.
    mutating func remove(weight: Int) {
        guard let index = weights.firstIndex(of: weight) else { return }
        weights.swapAt(index, weights.count - 1)
        weights.removeLast()
        steps -= weight
    }

    /// Whether another lane should start with the waiting commands. If not, a running lane takes them when it is done: a
    /// transaction has a high fixed cost, and few lanes make large batches.
    /// - Parameters:
    ///   - count: waiting commands.
    ///   - oldest: how long the first of them has waited.
    func shouldStartLane(for count: Int, oldest: Duration, _ settings: EngineSettings) -> Bool {
        guard !isEmpty, count < settings.joinCount else { return true }
        return steps > settings.batchLimit || oldest >= settings.joinDelay
    }
}
