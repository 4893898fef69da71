import Domain
import Synchronization
import UseCases

@testable import HTTPCore

/// A cache that a test fills. It answers on its own thread, as Redis does, or when the test calls `release`.
final class FakeCache: StockCache {
    private struct State {
        var asked: [CacheQuestions] = []
        var filled: [InventoryRecord] = []
        var held: [@Sendable () -> Void] = []
    }

    let isReachable: Bool
    /// Opened at each question.
    let begun = Gate()
    private let entries: [RecordKey: InventoryRecord]
    private let lines: [ProductID: ProductAvailability]
    private let isHeld: Bool
    private let state = Mutex(State())

    /// - Parameter isHeld: whether answers wait for `release`.
    init(
        _ records: [InventoryRecord] = [], _ availability: [ProductAvailability] = [], isReachable: Bool = true,
        isHeld: Bool = false
    ) {
        entries = Dictionary(records.map { ($0.key, $0) }, uniquingKeysWith: { _, last in last })
        lines = Dictionary(availability.map { ($0.product, $0) }, uniquingKeysWith: { _, last in last })
        self.isReachable = isReachable
        self.isHeld = isHeld
    }

    /// The queries from event loops, call by call.
    var asked: [[CacheQuestion]] { state.withLock { $0.asked.map(\.all) } }
    var filled: [InventoryRecord] { state.withLock { $0.filled } }

    func ask(_ questions: CacheQuestions, then: @escaping @Sendable (any CacheAnswers) -> Void) {
        let answers = Answers(questions: questions, entries: entries, lines: lines)
        let answer: @Sendable () -> Void = { Task { then(answers) } }
        state.withLock { state in
            state.asked.append(questions)
            if isHeld { state.held.append(answer) }
        }
        if !isHeld { answer() }
        begun.open()
    }

    /// Answers all pending queries.
    func release() {
        let held = state.withLock { state in
            defer { state.held = [] }
            return state.held
        }
        for answer in held { answer() }
    }

    func records(_ keys: [RecordKey]) async -> [RecordKey: InventoryRecord] {
        entries.filter { keys.contains($0.key) }
    }

    func availability(_ products: [ProductID]) async -> [ProductID: ProductAvailability] {
        lines.filter { products.contains($0.key) }
    }

    func fill(_ records: [InventoryRecord]) async {
        state.withLock { $0.filled += records }
    }

    func publish(_: [InventoryRecord], created _: Set<RecordKey>) async {}
    func invalidate(_: [InventoryRecord]) async {}
    func invalidateAll() async {}
    func fill(_: [ProductAvailability]) async {}

    private struct Answers: CacheAnswers {
        let questions: CacheQuestions
        let entries: [RecordKey: InventoryRecord]
        let lines: [ProductID: ProductAvailability]

        func record(_ question: Int) -> InventoryRecord? {
            if case .record(let key) = questions.all[question] { entries[key] } else { nil }
        }

        func availability(_ question: Int) -> [(any AvailabilityLines)?] {
            if case .availability(let products) = questions.all[question] { products.map { lines[$0] } } else { [] }
        }
    }
}
