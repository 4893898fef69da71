import Testing

@testable import PostgresClient

struct PreparedStatementsTests {
    typealias Machine = PostgresConnection.StateMachine<String, Int>

    private let query = PostgresQuery("SELECT $1") { $0.append(Int64(1)) }

    private func steps(_ machine: inout Machine, _ queries: [PostgresQuery]) -> [Machine.Step] {
        let request = Machine.Request.pipeline(.init(queries: queries, waiter: "w", deadline: .now + .seconds(5)))
        guard case .send(_, let steps) = machine.submit(request) else { return [] }
        return steps
    }

    private var name: String { "s\(query.statement.identity)" }

    @Test func `a statement is prepared once and then executed by name`() {
        var machine = Machine(usesPreparedStatements: true)
        #expect(
            steps(&machine, [query, query]) == [
                .prepare(name: name, query: 0), .execute(name: name, query: 0), .execute(name: name, query: 1),
            ]
        )
        for answer in 0..<3 { _ = machine.receive(.value(answer)) }
        _ = machine.receive(.sync)
        #expect(steps(&machine, [query]) == [.execute(name: name, query: 0)])
    }

    @Test func `a pipeline does not use a statement that another pipeline is still preparing`() {
        var machine = Machine(usesPreparedStatements: true)
        _ = steps(&machine, [query])
        #expect(steps(&machine, [query]) == [.executeUnprepared(query: 0)])
    }

    @Test func `a skipped preparation is repeated the next time`() {
        var machine = Machine(usesPreparedStatements: true)
        let broken = PostgresQuery("SELEKT")
        _ = steps(&machine, [broken, query])
        _ = machine.receive(.failure(PostgresError(.server, "syntax", sqlState: "42601")))
        for _ in 0..<3 { _ = machine.receive(.skipped) }
        _ = machine.receive(.sync)
        #expect(steps(&machine, [query]) == [.prepare(name: name, query: 0), .execute(name: name, query: 0)])
    }

    @Test(arguments: ["26000", "0A000"])
    func `an unusable prepared statement is prepared under another name`(state: String) {
        var machine = Machine(usesPreparedStatements: true)
        _ = steps(&machine, [query])
        _ = machine.receive(.value(0))
        _ = machine.receive(.failure(PostgresError(.server, "gone", sqlState: state)))
        _ = machine.receive(.sync)
        #expect(
            steps(&machine, [query]) == [.prepare(name: name + "_1", query: 0), .execute(name: name + "_1", query: 0)]
        )
    }

    @Test func `a query with parameters of other types is sent unprepared`() {
        var machine = Machine(usesPreparedStatements: true)
        _ = steps(&machine, [query])
        for answer in 0..<2 { _ = machine.receive(.value(answer)) }
        _ = machine.receive(.sync)
        let other = PostgresQuery(query.statement) { $0.append("one") }
        #expect(steps(&machine, [other]) == [.executeUnprepared(query: 0)])
        let null = PostgresQuery(query.statement) { $0.append(Int64?.none) }
        #expect(steps(&machine, [null]) == [.execute(name: name, query: 0)])
    }

    @Test func `the number of prepared statements is bounded`() {
        var statements = PreparedStatements()
        for _ in 0..<PreparedStatements.maximumCount {
            let query = PostgresQuery("SELECT 1")
            var own: [Int: PreparedStatements.Entry] = [:]
            guard case .prepareFirst(let name) = statements.plan(for: query, preparedByThisPipeline: &own) else {
                Issue.record("there is room")
                return
            }
            statements.confirm(query, name: name)
        }
        var own: [Int: PreparedStatements.Entry] = [:]
        #expect(statements.plan(for: query, preparedByThisPipeline: &own) == .unprepared)
    }
}
