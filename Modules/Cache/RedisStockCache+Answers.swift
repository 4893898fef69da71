import Domain
import RedisClient
import Synchronization
public import UseCases

extension RedisStockCache {
    public var isReachable: Bool { client.isConnected }

    public func ask(_ questions: CacheQuestions, then: @escaping @Sendable (any CacheAnswers) -> Void) {
        let dirtyPositions = dirty.withLock { dirty in
            dirty.isClean ? [] : Self.dirtyPositions(of: questions, in: dirty)
        }
        var command = RedisCommand("MGET", argumentCount: questions.count + 1, byteCount: (questions.count + 1) * 88)
        command.append(CacheKeys.epoch)
        for question in questions.all {
            switch question {
            case .record(let key): CacheKeys.append(key, to: &command)
            case .availability(let products):
                for product in products { CacheKeys.append(availability: product, to: &command) }
            }
        }
        let metrics = metrics
        client.post(command, timeout: limits.answer) { result in
            var values: [RedisValue] = []
            // A failure counts as a miss: the readers go to the database.
            if case .success(.array(let elements)) = result, elements.count == questions.count + 1 { values = elements }
            then(RedisCacheAnswers(questions: questions, values: values, dirty: dirtyPositions, metrics: metrics))
        }
    }

    /// The positions, counted over all questions, of the entries that must not be served.
    private static func dirtyPositions(of questions: CacheQuestions, in dirty: DirtyKeys) -> Set<Int> {
        var positions: Set<Int> = []
        var position = 0
        for question in questions.all {
            switch question {
            case .record(let key):
                if dirty.contains(key) { positions.insert(position) }
                position += 1
            case .availability(let products):
                for product in products {
                    if dirty.contains(product) { positions.insert(position) }
                    position += 1
                }
            }
        }
        return positions
    }
}

/// The reply of Redis, decoded when it is read.
private struct RedisCacheAnswers: CacheAnswers {
    let questions: CacheQuestions
    /// The epoch and one entry for each position; empty if Redis did not answer.
    let values: [RedisValue]
    /// The positions of entries that must not be served.
    let dirty: Set<Int>
    let metrics: CacheMetrics
    /// The first position of each question.
    private let positions: [Int]

    init(questions: CacheQuestions, values: [RedisValue], dirty: Set<Int>, metrics: CacheMetrics) {
        self.questions = questions
        self.values = values
        self.dirty = dirty
        self.metrics = metrics
        var positions: [Int] = []
        positions.reserveCapacity(questions.all.count)
        var position = 0
        for question in questions.all {
            positions.append(position)
            position += question.count
        }
        self.positions = positions
    }

    func record(_ question: Int) -> InventoryRecord? {
        var found: InventoryRecord?
        if case .record(let key) = questions.all[question], let (bytes, epoch) = entry(positions[question]) {
            found = RecordEntry.decode(bytes, key: key, epoch: epoch)
        }
        metrics.records.count(requested: 1, found: found == nil ? 0 : 1)
        return found
    }

    func availability(_ question: Int) -> [(any AvailabilityLines)?] {
        guard case .availability(let products) = questions.all[question] else { return [] }
        var found: [(any AvailabilityLines)?] = []
        found.reserveCapacity(products.count)
        var count = 0
        for (offset, product) in products.enumerated() {
            let lines = entry(positions[question] + offset).flatMap {
                AvailabilityEntry.lines($0.bytes, product: product, epoch: $0.epoch)
            }
            if lines != nil { count += 1 }
            found.append(lines)
        }
        metrics.availability.count(requested: products.count, found: count)
        return found
    }

    private func entry(_ position: Int) -> (bytes: [UInt8], epoch: [UInt8])? {
        guard !values.isEmpty, dirty.isEmpty || !dirty.contains(position), let epoch = values[0].bytes,
            let bytes = values[1 + position].bytes
        else { return nil }
        return (bytes, epoch)
    }
}
