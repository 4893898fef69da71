import Domain
import TestSupport
import Testing
import UseCases

@testable import WritePath

/// When a second lane starts beside a running one.
@Suite(.serialized)
struct LaneJoiningTests {
    private static let settings = EngineSettings()

    @Test func `Without a running batch a lane starts with any number of commands`() {
        #expect(RunningBatches().shouldStartLane(for: 1, oldest: .zero, Self.settings))
    }

    @Test func `Beside a running batch it starts for many commands, for an old one, or if that batch is long`() {
        var lanes = RunningBatches()
        lanes.add(weight: 3)
        let settings = Self.settings
        #expect(!lanes.shouldStartLane(for: settings.joinCount - 1, oldest: .zero, settings))
        #expect(lanes.shouldStartLane(for: settings.joinCount, oldest: .zero, settings))
        #expect(!lanes.shouldStartLane(for: 1, oldest: settings.joinDelay - .nanoseconds(1), settings))
        #expect(lanes.shouldStartLane(for: 1, oldest: settings.joinDelay, settings))
        lanes.add(weight: settings.batchLimit)
        #expect(lanes.shouldStartLane(for: 1, oldest: .zero, settings))
        lanes.remove(weight: settings.batchLimit)
        #expect(!lanes.shouldStartLane(for: 1, oldest: .zero, settings))
        lanes.remove(weight: 3)
        #expect(lanes.isEmpty && lanes.steps == 0)
    }

    @Test func `Enough commands that wait while a lane is stuck form one batch`()
        async throws
    {
        let leases = StuckLeases()
        var settings = EngineSettings()
        settings.joinCount = 3
        settings.joinDelay = .seconds(3_600)
        settings.waitLimit = .seconds(60)
        try await PostgresStock.with(leases: leases, settings: settings) { stock in
            let records = try await stock.makeCatalogue(skus: ["A", "B", "C", "D"], warehouses: ["W"])
            func receive(_ index: Int) -> Command {
                .move(.change(.receive, StockChange(record: records[index], quantity: 1)))
            }
            for index in records.indices { _ = try await stock.engine.submit(receive(index), actor: "test") }
            let before = stock.trace.inOrder.count
            leases.holdNext()
            async let first = stock.result(of: receive(0))
            try await eventually("the first lane is stuck") { leases.isStuck }
            async let second = stock.result(of: receive(1))
            async let third = stock.result(of: receive(2))
            async let fourth = stock.result(of: receive(3))
            for result in await [second, third, fourth] { #expect((try? result.get()) != nil) }
            #expect(stock.trace.inOrder.dropFirst(before).map(\.decisions.count) == [3])
            leases.resume()
            #expect((try? await first.get()) != nil)
        }
    }

    @Test func `A single command that waits while a lane is stuck starts after the join delay`()
        async throws
    {
        let leases = StuckLeases()
        try await PostgresStock.with(leases: leases) { stock in
            let records = try await stock.makeCatalogue(skus: ["A", "B"], warehouses: ["W"])
            func receive(_ index: Int) -> Command {
                .move(.change(.receive, StockChange(record: records[index], quantity: 1)))
            }
            for index in records.indices { _ = try await stock.engine.submit(receive(index), actor: "test") }
            leases.holdNext()
            async let first = stock.result(of: receive(0))
            try await eventually("the first lane is stuck") { leases.isStuck }
            #expect((try? await stock.result(of: receive(1)).get()) != nil)
            #expect(leases.isStuck)
            leases.resume()
            #expect((try? await first.get()) != nil)
        }
    }
}
