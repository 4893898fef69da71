import Domain
import Reactor
import TestSupport
import Testing
import UseCases

@testable import WritePath

/// When the engine is woken for buffered commands, and which commands it then enqueues.
@Suite(.serialized)
struct AdmissionControlTests {
    private static func with(_ body: (AdmissionControl, AdmissionControl.BufferedCommand) -> Void) throws {
        let reactor = try Reactor(name: "admission")
        defer { reactor.shutdown() }
        let admission = AdmissionControl(reactor: reactor, capacity: 10, metrics: EngineMetrics(EngineSettings()))
        body(
            admission,
            AdmissionControl.BufferedCommand(
                command: .confirm(StockFixture.order()), actor: "test", once: nil, submittedAt: .now,
                reply: .mailbox(OutcomeMailbox {}, number: 1, admission)))
    }

    @Test func `Enough buffered commands wake the engine, once until it drains the buffer`() throws {
        try Self.with { admission, command in
            #expect(admission.append(command), "the first command, since the threshold is 1 at first")
            #expect(!admission.append(command))
            #expect(admission.takeAll().count == 2)
            #expect(!admission.setWakeThreshold(3))
            #expect(!admission.append(command))
            #expect(!admission.append(command))
            #expect(admission.append(command))
            #expect(!admission.append(command))
            #expect(!admission.setWakeThreshold(1), "the engine is woken already")
            #expect(admission.takeAll().count == 4)
            #expect(admission.takeAll().isEmpty)
        }
    }

    @Test func `A threshold that is lowered to the buffered commands wakes the engine at once`() throws {
        try Self.with { admission, command in
            #expect(!admission.setWakeThreshold(5))
            #expect(!admission.append(command))
            #expect(!admission.setWakeThreshold(2))
            #expect(admission.setWakeThreshold(1))
            #expect(admission.bufferedCount == 1)
        }
    }

    /// A fixture whose first lane is stuck, and one command for each of four records.
    private static func withStuckLane(
        _ settings: EngineSettings,
        _ body: (PostgresStock, StuckLeases, @escaping @Sendable (Int) async -> Result<Outcome, ServiceFailure>)
            async throws -> Void
    ) async throws {
        let leases = StuckLeases()
        try await PostgresStock.with(leases: leases, settings: settings) { stock in
            let records = try await stock.makeCatalogue(skus: ["A", "B", "C", "D"], warehouses: ["W"])
            @Sendable func receive(_ index: Int) async -> Result<Outcome, ServiceFailure> {
                do throws(ServiceFailure) {
                    return .success(
                        try await stock.engine.submitByMailbox(
                            .move(.change(.receive, StockChange(record: records[index], quantity: 1))), actor: "test"))
                } catch {
                    return .failure(error)
                }
            }
            for index in records.indices { #expect((try? await receive(index).get()) != nil) }
            leases.holdNext()
            async let first = receive(0)
            try await eventually("the first lane is stuck") { leases.isStuck }
            try await body(stock, leases, receive)
            leases.resume()
            #expect((try? await first.get()) != nil)
        }
    }

    @Test func `A command that arrives while a lane is stuck is enqueued after the join delay`() async throws {
        try await Self.withStuckLane(EngineSettings()) { _, leases, receive in
            #expect((try? await receive(1).get()) != nil)
            #expect(leases.isStuck)
        }
    }

    @Test func `Commands that are enough for another lane are enqueued at once and form one batch`() async throws {
        var settings = EngineSettings()
        settings.wakeThreshold = 1
        settings.joinCount = 3
        settings.joinDelay = .seconds(3_600)
        settings.waitLimit = .seconds(60)
        try await Self.withStuckLane(settings) { stock, _, receive in
            let before = stock.trace.inOrder.count
            async let second = receive(1)
            async let third = receive(2)
            async let fourth = receive(3)
            for result in await [second, third, fourth] { #expect((try? result.get()) != nil) }
            #expect(stock.trace.inOrder.dropFirst(before).map(\.decisions.count) == [3])
        }
    }

    @Test func `A lane that ends its batch takes the buffered commands along`() async throws {
        var settings = EngineSettings()
        settings.joinDelay = .seconds(3_600)
        settings.waitLimit = .seconds(60)
        try await Self.withStuckLane(settings) { stock, leases, receive in
            async let second = receive(1)
            try await eventually("it is buffered") { stock.engine.admission.bufferedCount == 1 }
            leases.resume()
            #expect((try? await second.get()) != nil)
        }
    }

    @Test func `A command that is buffered when the engine stops is answered`() async throws {
        var settings = EngineSettings()
        settings.joinDelay = .seconds(3_600)
        settings.waitLimit = .seconds(60)
        try await Self.withStuckLane(settings) { stock, leases, receive in
            async let second = receive(1)
            try await eventually("it is buffered") { stock.engine.admission.bufferedCount == 1 }
            await stock.engine.stop()
            #expect(await second == .failure(.systemBusy))
        }
    }
}
