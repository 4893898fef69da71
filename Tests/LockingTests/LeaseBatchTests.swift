import Testing
import UseCases

@testable import Locking

@Suite struct LeaseBatchTests {
    @Test func `Two hundred commands on one record request one key`() {
        let batch = LeaseBatch(Array(repeating: [record(1)], count: 200))
        #expect(batch.keys == [record(1)])
        #expect(batch.singleCount == 1)
        #expect(batch.groups.isEmpty)
        #expect(batch.expand([false]) == Array(repeating: false, count: 200))
    }

    @Test func `Single keys come first, and every group gets its own answer`() {
        let batch = LeaseBatch([
            [record(1), record(2)], [record(3)], [], [record(2), record(1), record(2)], [record(2)],
            [record(3), record(3)],
        ])
        #expect(batch.keys == [record(3), record(2), record(1)])
        #expect(batch.singleCount == 2)
        #expect(batch.groups == [[1, 2]])
        #expect(batch.answerCount == 3)
        #expect(batch.expand([true, false, false]) == [false, true, true, false, false, true])
    }
}
