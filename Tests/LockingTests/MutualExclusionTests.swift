import RedisTesting
import Synchronization
import Testing
import UseCases

@Suite struct MutualExclusionTests {
    /// Three processes with four lanes each request random groups of few keys. No key may have two holders at a time, and in
    /// the end all keys are free.
    @Test(arguments: LeaseFixture.allCases)
    func `No key ever has two holders`(fixture: LeaseFixture) async throws {
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
                        holders.take(keys)
                        await Task.yield()
                        holders.release(keys)
                        await store.release(keys.map { record($0) }, token: answer.token)
                    }
                }
            }
            for lane in lanes { try await lane.value }
            #expect(holders.conflicts == 0, "seed \(seed)")
            #expect(holders.grants > 100, "seed \(seed)")
            try await eventually("all is free") {
                try await stores[0].take([(0..<8).map { record($0) }]).groups == [true]
            }
        }
    }
}

/// The keys that are held, as their holders report it.
private final class Holders: Sendable {
    private struct State {
        var held: Set<Int> = []
        var conflicts = 0
        var grants = 0
    }

    private let state = Mutex(State())

    var conflicts: Int { state.withLock { $0.conflicts } }
    var grants: Int { state.withLock { $0.grants } }

    func take(_ keys: Set<Int>) {
        state.withLock { state in
            state.conflicts += state.held.intersection(keys).count
            state.grants += keys.count
            state.held.formUnion(keys)
        }
    }

    func release(_ keys: Set<Int>) {
        state.withLock { $0.held.subtract(keys) }
    }
}
