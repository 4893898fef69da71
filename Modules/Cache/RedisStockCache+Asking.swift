import Domain
import RedisClient
import Synchronization
public import UseCases

extension RedisStockCache {
    public var isAvailable: Bool { client.isConnected }

    public func ask(_ questions: CacheQuestions, then: @escaping @Sendable (any CacheAnswers) -> Void) {
        let withheld = dirty.withLock { dirty in dirty.isClean ? [] : Self.dirtyPlaces(of: questions, in: dirty) }
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
            // A failure is as if nothing were there: the questioners go to the database.
            if case .success(.array(let elements)) = result, elements.count == questions.count + 1 { values = elements }
            then(RedisCacheAnswers(questions: questions, values: values, withheld: withheld, metrics: metrics))
        }
    }

    /// Which entries, counted over all questions, must not be served.
    private static func dirtyPlaces(of questions: CacheQuestions, in dirty: DirtyKeys) -> Set<Int> {
        var places: Set<Int> = []
        var place = 0
        for question in questions.all {
            switch question {
            case .record(let key):
                if dirty.contains(key) { places.insert(place) }
                place += 1
            case .availability(let products):
                for product in products {
                    if dirty.contains(product) { places.insert(place) }
                    place += 1
                }
            }
        }
        return places
    }
}

/// What Redis had, as it came.
private struct RedisCacheAnswers: CacheAnswers {
    let questions: CacheQuestions
    /// The epoch, and an entry for each place; empty when Redis could not be asked.
    let values: [RedisValue]
    let withheld: Set<Int>
    let metrics: CacheMetrics
    /// The first place of each question.
    private let places: [Int]

    init(questions: CacheQuestions, values: [RedisValue], withheld: Set<Int>, metrics: CacheMetrics) {
        self.questions = questions
        self.values = values
        self.withheld = withheld
        self.metrics = metrics
        var places: [Int] = []
        places.reserveCapacity(questions.all.count)
        var place = 0
        for question in questions.all {
            places.append(place)
            place += question.count
        }
        self.places = places
    }

    func record(_ question: Int) -> InventoryRecord? {
        var found: InventoryRecord?
        if case .record(let key) = questions.all[question], let (bytes, epoch) = entry(places[question]) {
            found = RecordEntry.decode(bytes, key: key, epoch: epoch)
        }
        metrics.records.count(asked: 1, found: found == nil ? 0 : 1)
        return found
    }

    func availability(_ question: Int) -> [(any AvailabilityLines)?] {
        guard case .availability(let products) = questions.all[question] else { return [] }
        var found: [(any AvailabilityLines)?] = []
        found.reserveCapacity(products.count)
        var count = 0
        for (offset, product) in products.enumerated() {
            let lines = entry(places[question] + offset).flatMap {
                AvailabilityEntry.lines($0.bytes, product: product, epoch: $0.epoch)
            }
            if lines != nil { count += 1 }
            found.append(lines)
        }
        metrics.availability.count(asked: products.count, found: count)
        return found
    }

    private func entry(_ place: Int) -> (bytes: [UInt8], epoch: [UInt8])? {
        guard !values.isEmpty, withheld.isEmpty || !withheld.contains(place), let epoch = values[0].bytes,
            let bytes = values[1 + place].bytes
        else { return nil }
        return (bytes, epoch)
    }
}
