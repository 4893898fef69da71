import RedisTesting
import Testing
import UseCases

@testable import Locking

@Suite struct LeaseConformanceTests {
    @Test(arguments: LeaseFixture.allCases)
    func `A lease is held until it is released`(fixture: LeaseFixture) async throws {
        try await fixture.with(2) { stores in
            for key in [record(1), notYetCreated(1)] {
                let first = try await stores[0].take([[key]])
                #expect(first.groups == [true])
                #expect(try await stores[1].take([[key]]).groups == [false])
                #expect(try await stores[0].take([[key]]).groups == [false])
                await stores[0].release([key], token: first.token)
                try await eventually("free again") { try await stores[1].take([[key]]).groups == [true] }
            }
        }
    }

    @Test(arguments: LeaseFixture.allCases)
    func `A group is granted all or none, and one that fails takes nothing`(fixture: LeaseFixture) async throws {
        try await fixture.with(2) { stores in
            _ = try await stores[0].take([[record(2)]])
            let answer = try await stores[1].take([
                [record(1), record(2), record(3)], [record(4)], [record(2)], [record(4), record(5)],
            ])
            #expect(answer.groups == [false, true, false, true])
            #expect(try await stores[0].take([[record(1)], [record(3)]]).groups == [true, true])
            #expect(try await stores[0].take([[record(4)], [record(5)]]).groups == [false, false])
        }
    }

    @Test(arguments: LeaseFixture.allCases)
    func `Groups of one call share their keys`(fixture: LeaseFixture) async throws {
        try await fixture.with(1) { stores in
            let groups = [[record(1)], [record(1), notYetCreated(2)], [notYetCreated(2), record(1)], [], [record(1)]]
            let answer = try await stores[0].take(groups)
            #expect(answer.groups == [true, true, true, true, true])
            await stores[0].release(groups.flatMap(\.self), token: answer.token)
            try await eventually("free again") {
                try await stores[0].take([[record(1), notYetCreated(2)]]).groups == [true]
            }
        }
    }

    @Test(arguments: LeaseFixture.allCases)
    func `Another token gives nothing back`(fixture: LeaseFixture) async throws {
        try await fixture.with(2) { stores in
            let held = try await stores[0].take([[record(1)]])
            let other = try await stores[1].take([[record(2)]])
            await stores[1].release([record(1), record(2)], token: other.token)
            try await eventually("the release was done") { try await stores[1].take([[record(2)]]).groups == [true] }
            #expect(try await stores[1].take([[record(1)]]).groups == [false])
            await stores[0].release([record(1)], token: held.token)
        }
    }

    @Test(arguments: LeaseFixture.allCases)
    func `A holder that takes a key again learns that another process waits`(fixture: LeaseFixture) async throws {
        try await fixture.with(2) { stores in
            // A yield request lives a tenth of a second, and the machine may be slow: repeated until it was in time.
            try await eventually("contended") {
                let held = try await stores[0].take([[record(1)], [record(2)]])
                #expect(held.groups == [true, true])
                #expect(try await stores[1].take([[record(1)]]).groups == [false])
                await stores[0].release([record(1), record(2)], token: held.token)
                let again = try await stores[0].take([[record(1)], [record(2)]])
                #expect(again.groups == [true, true])
                #expect(again.contended.isSubset(of: [record(1)]))
                await stores[0].release([record(1), record(2)], token: again.token)
                return again.contended == [record(1)]
            }
        }
    }

    @Test(arguments: LeaseFixture.allCases)
    func `A process does not contend with itself or after its turn`(fixture: LeaseFixture) async throws {
        try await fixture.with(2) { stores in
            let held = try await stores[0].take([[record(1)]])
            #expect(try await stores[0].take([[record(1)]]).groups == [false])
            try await stores[0].releaseAndWait([record(1)], token: held.token)
            let again = try await stores[0].take([[record(1)]])
            #expect(again.contended.isEmpty)

            #expect(try await stores[1].take([[record(1)]]).groups == [false])
            try await stores[0].releaseAndWait([record(1)], token: again.token)
            var next = try await stores[1].take([[record(1)]])
            #expect(next.groups == [true])
            #expect(next.contended.isEmpty)
            try await stores[1].releaseAndWait([record(1)], token: next.token)
            next = try await stores[0].take([[record(1)]])
            #expect(next.groups == [true])
            #expect(next.contended.isEmpty)
        }
    }

    @Test(arguments: LeaseFixture.allCases)
    func `A call may have thousands of keys`(fixture: LeaseFixture) async throws {
        try await fixture.with(2) { stores in
            let keys = (0..<5_000).map { record($0) }
            let held = try await stores[0].take([Array(keys[..<4_999])] + keys[4_999...].map { [$0] })
            #expect(held.groups == [true, true])
            #expect(try await stores[1].take(keys.map { [$0] }).groups.allSatisfy { !$0 })
            await stores[0].release(keys, token: held.token)
            try await eventually("free again") { try await stores[1].take([keys]).groups == [true] }
        }
    }
}
