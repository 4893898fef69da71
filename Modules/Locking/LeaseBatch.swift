import UseCases

/// The groups of one call without repetitions, so that two hundred commands on one hot record request one key.
///
/// In Redis and in the process alike, a call checks all keys before it takes any: a group is granted if none of its keys
/// was held. So the order of groups does not matter, and equal groups get equal answers.
struct LeaseBatch {
    /// Every key once. The first `singleCount` keys are the groups of one key.
    private(set) var keys: [LeaseKey] = []
    private(set) var singleCount = 0
    /// The groups of several keys, each as ascending positions in `keys`.
    private(set) var groups: [[Int]] = []
    /// For each requested group the position of its answer: the single keys come first, then `groups`. Nil for a group
    /// without keys.
    private var answers: [Int?]

    init(_ requested: [[LeaseKey]]) {
        answers = Array(repeating: nil, count: requested.count)
        var positions: [LeaseKey: Int] = [:]
        for (index, group) in requested.enumerated() {
            guard let key = group.first, group.allSatisfy({ $0 == key }) else { continue }
            answers[index] = add(key, to: &positions)
        }
        singleCount = keys.count
        var known: [[Int]: Int] = [:]
        for (index, group) in requested.enumerated() where !group.isEmpty && answers[index] == nil {
            let members = Set(group.map { add($0, to: &positions) }).sorted()
            if let answer = known[members] {
                answers[index] = answer
            } else {
                answers[index] = singleCount + groups.count
                known[members] = singleCount + groups.count
                groups.append(members)
            }
        }
    }

    var answerCount: Int { singleCount + groups.count }

    /// The answers in the order of the requested groups. A group without keys is granted.
    func expand(_ granted: [Bool]) -> [Bool] {
        answers.map { $0.map { granted[$0] } ?? true }
    }

    private mutating func add(_ key: LeaseKey, to positions: inout [LeaseKey: Int]) -> Int {
        if let position = positions[key] { return position }
        positions[key] = keys.count
        keys.append(key)
        return keys.count - 1
    }
}
