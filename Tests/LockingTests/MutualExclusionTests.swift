import RedisTesting
import Synchronization
import Testing
import UseCases

@Suite struct MutualExclusionTests {
    /// Three processes of four lanes each ask for random groups of few keys. Nobody may ever hold what another holds, and
    /// in the end everything is free.
    @Test(arguments: LeaseFixture.allCases)
    func `No key has two holders, whoever asks for what`(fixture: LeaseFixture) async throws {
        let seed = SeededGenerator.testSeed()
        print("seed \(seed)")
        try await fixture.with(3) { stores in
            let holders = Holders()
            let lanes = (0..<12).map { lane in
                let store = stores[lane % 3]
                return Task {
                    var random = SeededGenerator(seed: seed &+ UInt64(lane))
                    for _ in 0..<150 {
                        let groups = (0..<Int.random(in: 1...4, using: &random)).map { _ in
                            (0..<Int.random(in: 1...3, using: &random)).map { _ in
                                Int.random(in: 0..<8, using: &random)
                            }
                        }
                        let answer = try await store.take(groups.map { $0.map { record($0) } })
                        let keys = Set(zip(groups, answer.groups).filter(\.1).flatMap(\.0))
                        holders.enter(keys)
                        await Task.yield()
                        holders.leave(keys)
                        await store.release(keys.map { record($0) }, token: answer.token)
                    }
                }
            }
            for lane in lanes { try await lane.value }
            #expect(holders.clashes == 0, "seed \(seed)")
            #expect(holders.entries > 100, "seed \(seed)")
            try await eventually("all is free") {
                try await stores[0].take([(0..<8).map { record($0) }]).groups == [true]
            }
        }
    }
}

/// Who is inside, as the holders themselves see it.
private final class Holders: Sendable {
    private struct State {
        var inside: Set<Int> = []
        var clashes = 0
        var entries = 0
    }

    private let state = Mutex(State())

    var clashes: Int { state.withLock { $0.clashes } }
    var entries: Int { state.withLock { $0.entries } }

    func enter(_ keys: Set<Int>) {
        state.withLock { state in
            state.clashes += state.inside.intersection(keys).count
            state.entries += keys.count
            state.inside.formUnion(keys)
        }
    }

    func leave(_ keys: Set<Int>) {
        state.withLock { $0.inside.subtract(keys) }
    }
}
