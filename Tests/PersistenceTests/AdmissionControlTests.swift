import Domain
import Reactor
import TestSupport
import Testing
import UseCases

@testable import WritePath

/// When those who stand at the door of the write path are led on.
@Suite(.serialized)
struct AdmissionControlTests {
    private static func with(_ body: (AdmissionControl, AdmissionControl.BufferedCommand) -> Void) throws {
        let reactor = try Reactor(name: "door")
        defer { reactor.shutdown() }
        let reception = AdmissionControl(reactor: reactor, capacity: 10, metrics: EngineMetrics(EngineSettings()))
        body(
            reception,
            AdmissionControl.BufferedCommand(
                command: .confirm(StockFixture.order()), actor: "test", once: nil, submittedAt: .now,
                reply: .mailbox(OutcomeMailbox {}, number: 1, reception)))
    }

    @Test func `Somebody is called when there are enough guests, once until he has come`() throws {
        try Self.with { reception, guest in
            #expect(reception.seat(guest), "the first one, where nothing else was said")
            #expect(!reception.seat(guest))
            #expect(reception.takeAll().count == 2)
            #expect(!reception.call(at: 3))
            #expect(!reception.seat(guest))
            #expect(!reception.seat(guest))
            #expect(reception.seat(guest))
            #expect(!reception.seat(guest))
            #expect(!reception.call(at: 1), "called already")
            #expect(reception.takeAll().count == 4)
            #expect(reception.takeAll().isEmpty)
        }
    }

    @Test func `Guests who have become enough for a lower count are not forgotten`() throws {
        try Self.with { reception, guest in
            #expect(!reception.call(at: 5))
            #expect(!reception.seat(guest))
            #expect(!reception.call(at: 2))
            #expect(reception.call(at: 1))
            #expect(reception.guestCount == 1)
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
            @Sendable func receive(_ place: Int) async -> Result<Outcome, ServiceFailure> {
                do throws(ServiceFailure) {
                    return .success(
                        try await stock.engine.submitByMailbox(
                            .move(.receive(StockChange(record: records[place], quantity: 1))), actor: "test"))
                } catch {
                    return .failure(error)
                }
            }
            for place in records.indices { #expect((try? await receive(place).get()) != nil) }
            leases.holdNext()
            async let first = receive(0)
            try await eventually("the first lane is stuck") { leases.isStuck }
            try await body(stock, leases, receive)
            leases.resume()
            #expect((try? await first.get()) != nil)
        }
    }

    @Test func `One who comes beside a lane that does not come back is led on after a while`() async throws {
        try await Self.withStuckLane(EngineSettings()) { _, leases, receive in
            #expect((try? await receive(1).get()) != nil)
            #expect(leases.isStuck)
        }
    }

    @Test func `Those who are enough for another lane are led on at once, and go as one batch`() async throws {
        var settings = EngineSettings()
        settings.callCount = 1
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

    @Test func `A lane that comes back takes those at the door along`() async throws {
        var settings = EngineSettings()
        settings.joinDelay = .seconds(3_600)
        settings.waitLimit = .seconds(60)
        try await Self.withStuckLane(settings) { stock, leases, receive in
            async let second = receive(1)
            try await eventually("it stands at the door") { stock.engine.reception.guestCount == 1 }
            leases.resume()
            #expect((try? await second.get()) != nil)
        }
    }

    @Test func `One who stands at the door when the engine stops is answered`() async throws {
        var settings = EngineSettings()
        settings.joinDelay = .seconds(3_600)
        settings.waitLimit = .seconds(60)
        try await Self.withStuckLane(settings) { stock, leases, receive in
            async let second = receive(1)
            try await eventually("it stands at the door") { stock.engine.reception.guestCount == 1 }
            await stock.engine.stop()
            #expect(await second == .failure(.systemBusy))
        }
    }
}
