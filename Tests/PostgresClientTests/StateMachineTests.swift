import Testing

@testable import PostgresClient

struct StateMachineTests {
    typealias Machine = PostgresConnection.StateMachine<String, Int>

    static let one = PostgresQuery("SELECT 1")
    static let two = PostgresQuery("SELECT 2")
    static let three = PostgresQuery("SELECT 3")
    static let now = ContinuousClock.now

    static func pipeline(_ waiter: String, _ queries: [PostgresQuery], in seconds: Int = 5) -> Machine.Request {
        .pipeline(.init(queries: queries, waiter: waiter, deadline: now + .seconds(seconds)))
    }

    static func script(_ waiter: String, in seconds: Int = 5) -> Machine.Request {
        .script(.init(sql: "BEGIN", waiter: waiter, deadline: now + .seconds(seconds)))
    }

    /// The steps to send, or `nil` if there are none.
    static func steps(_ start: Machine.Start) -> [Machine.Step]? {
        if case .send(_, let steps) = start { steps } else { nil }
    }

    static func text(_ completion: Machine.Completion) -> String {
        switch completion {
        case .none: "none"
        case .succeed(let waiter, let values): "\(waiter) \(values)"
        case .fail(let waiter, let error): "\(waiter) failed at \(error.queryIndex ?? -1): \(error.message)"
        case .violation: "violation"
        }
    }

    @Test func `pipelines in flight end in the order they were sent`() {
        var machine = Machine(usesPreparedStatements: false)
        #expect(Self.steps(machine.submit(Self.pipeline("a", [Self.one, Self.two])))?.count == 2)
        #expect(Self.steps(machine.submit(Self.pipeline("b", [Self.three])))?.count == 1)
        #expect(Self.text(machine.receive(.value(1))) == "none")
        #expect(Self.text(machine.receive(.value(2))) == "none")
        #expect(Self.text(machine.receive(.sync)) == "a [1, 2]")
        #expect(Self.text(machine.receive(.value(3))) == "none")
        #expect(!machine.isIdle)
        #expect(Self.text(machine.receive(.sync)) == "b [3]")
        #expect(machine.isIdle)
    }

    @Test func `a failure is reported after the sync and does not affect the next pipeline`() {
        var machine = Machine(usesPreparedStatements: false)
        _ = machine.submit(Self.pipeline("a", [Self.one, Self.two, Self.three]))
        _ = machine.submit(Self.pipeline("b", [Self.one]))
        _ = machine.receive(.value(1))
        #expect(Self.text(machine.receive(.failure(PostgresError(.server, "no")))) == "none")
        #expect(Self.text(machine.receive(.skipped)) == "none")
        #expect(Self.text(machine.receive(.sync)) == "a failed at 1: no")
        _ = machine.receive(.value(7))
        #expect(Self.text(machine.receive(.sync)) == "b [7]")
    }

    @Test func `a failure has the index of its query, not of the preparation`() {
        var machine = Machine(usesPreparedStatements: true)
        let steps = Self.steps(machine.submit(Self.pipeline("a", [Self.one, Self.two])))
        #expect(steps?.count == 4)
        for _ in 0..<3 { _ = machine.receive(.value(0)) }
        _ = machine.receive(.failure(PostgresError(.server, "no")))
        #expect(Self.text(machine.receive(.sync)) == "a failed at 1: no")
    }

    @Test func `a script waits for the pipelines before it, and those after it wait for the script`() {
        var machine = Machine(usesPreparedStatements: false)
        _ = machine.submit(Self.pipeline("a", [Self.one]))
        guard case .wait = machine.submit(Self.script("s")) else {
            Issue.record("the script must wait")
            return
        }
        guard case .wait = machine.submit(Self.pipeline("b", [Self.one])) else {
            Issue.record("so must b")
            return
        }
        guard case .wait = machine.startNext() else {
            Issue.record("a is in flight")
            return
        }
        _ = machine.receive(.value(1))
        #expect(Self.text(machine.receive(.sync)) == "a [1]")
        guard case .startScript("BEGIN") = machine.startNext() else {
            Issue.record("the script's turn")
            return
        }
        guard case .wait = machine.startNext() else {
            Issue.record("b must wait for the script")
            return
        }
        _ = machine.receive(.value(1))
        #expect(Self.text(machine.receive(.endOfScript)) == "s []")
        #expect(Self.steps(machine.startNext())?.count == 1)
        #expect(machine.hasPipelineInFlight)
    }

    @Test func `a script reports its first failure`() {
        var machine = Machine(usesPreparedStatements: false)
        _ = machine.submit(Self.script("s"))
        _ = machine.receive(.failure(PostgresError(.server, "first")))
        _ = machine.receive(.failure(PostgresError(.server, "second")))
        #expect(Self.text(machine.receive(.endOfScript)) == "s failed at -1: first")
        #expect(machine.isIdle)
    }

    @Test func `closing reports to each waiter whether its request was sent`() {
        var machine = Machine(usesPreparedStatements: false)
        _ = machine.submit(Self.pipeline("sent", [Self.one]))
        _ = machine.submit(Self.script("waiting"))
        let failed = machine.close(PostgresError(.connectionLost, "gone"))
        #expect(failed.map(\.0) == ["sent", "waiting"])
        #expect(failed.map(\.1.wasSent) == [true, false])
        guard case .refuse("late", let error) = machine.submit(Self.pipeline("late", [Self.one])) else {
            Issue.record("a closed connection accepted a request")
            return
        }
        #expect(error.code == .connectionLost && !error.wasSent)
        #expect(machine.close(PostgresError(.closed, "again")).isEmpty)
    }

    @Test func `only requests past their deadline get a timeout`() {
        var machine = Machine(usesPreparedStatements: false)
        _ = machine.submit(Self.pipeline("patient", [Self.one], in: 60))
        _ = machine.submit(Self.pipeline("late", [Self.one], in: 1))
        #expect(machine.earliestDeadline == Self.now + .seconds(1))
        let failed = machine.close(PostgresError(.connectionLost, "gone"), now: Self.now + .seconds(1))
        #expect(failed.map(\.1.code) == [.connectionLost, .timeout])
    }

    @Test func `unexpected answers are violations`() {
        var machine = Machine(usesPreparedStatements: false)
        #expect(Self.text(machine.receive(.value(1))) == "violation")
        _ = machine.submit(Self.pipeline("a", [Self.one]))
        #expect(Self.text(machine.receive(.sync)) == "violation")
        var second = Machine(usesPreparedStatements: false)
        _ = second.submit(Self.pipeline("a", [Self.one]))
        _ = second.receive(.value(1))
        #expect(Self.text(second.receive(.value(1))) == "violation")
        var third = Machine(usesPreparedStatements: false)
        _ = third.submit(Self.script("s"))
        #expect(Self.text(third.receive(.sync)) == "violation")
    }
}
