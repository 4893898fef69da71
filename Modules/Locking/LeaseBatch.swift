import UseCases

/// The groups of one call without their repetitions, so that two hundred commands on one hot record ask for one key.
///
/// All keys of a call are looked at before one is taken, in Redis and in the process alike: a group is granted when none
/// of its keys was held. So the order of groups does not matter, and equal groups have equal answers.
struct LeaseBatch {
    /// Every key once; the first `singleCount` are groups of their own.
    private(set) var keys: [LeaseKey] = []
    private(set) var singleCount = 0
    /// The groups of several keys, each as ascending positions in `keys`.
    private(set) var groups: [[Int]] = []
    /// For each group as it was asked its position among the answers: the singles, then `groups`. Nil for a group
    /// without keys.
    private var answers: [Int?]

    init(_ asked: [[LeaseKey]]) {
        answers = Array(repeating: nil, count: asked.count)
        var positions: [LeaseKey: Int] = [:]
        for (index, group) in asked.enumerated() {
            guard let key = group.first, group.allSatisfy({ $0 == key }) else { continue }
            answers[index] = add(key, to: &positions)
        }
        singleCount = keys.count
        var known: [[Int]: Int] = [:]
        for (index, group) in asked.enumerated() where !group.isEmpty && answers[index] == nil {
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

    /// The answers for the groups as they were asked. A group without keys is granted.
    func spread(_ granted: [Bool]) -> [Bool] {
        answers.map { $0.map { granted[$0] } ?? true }
    }

    private mutating func add(_ key: LeaseKey, to positions: inout [LeaseKey: Int]) -> Int {
        if let position = positions[key] { return position }
        positions[key] = keys.count
        keys.append(key)
        return keys.count - 1
    }
}
