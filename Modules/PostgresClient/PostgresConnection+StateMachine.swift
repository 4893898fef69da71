extension PostgresConnection {
    /// What a connection has been asked for and what it waits for. A pure value: events go in, what to do comes out.
    ///
    /// Requests are served first in, first out. Any number of pipelines may be in flight; a script has the connection to
    /// itself, because the simple protocol is not to be had in pipeline mode.
    struct StateMachine<Waiter, Value> {
        /// One message of a pipeline that the server answers.
        enum Step: Equatable {
            case prepare(name: String, query: Int)
            case execute(name: String, query: Int)
            case executeUnprepared(query: Int)
        }

        /// What the shell has to do with a request now.
        enum Start {
            case wait
            case send([PostgresQuery], [Step])
            case startScript(String)
            case refuse(Waiter, PostgresError)
        }

        /// What the server has answered.
        enum Answer {
            case value(Value)
            case failure(PostgresError)
            /// Not run, because something before it in the pipeline failed.
            case skipped
            case sync
            case endOfScript
        }

        enum Completion {
            case none
            case succeed(Waiter, [Value])
            case fail(Waiter, PostgresError)
            /// The server is out of step; the connection cannot go on.
            case violation(String)
        }

        private enum Phase {
            case pipelining
            /// Can transition to: pipelining (end of script), closed.
            case scripting(Script)
            case closed(PostgresError)
        }

        private var phase = Phase.pipelining
        private var inFlight = FIFO<Pipeline>()
        private var waiting = FIFO<Request>()
        private var statements = PreparedStatements()
        private let usesPreparedStatements: Bool

        init(usesPreparedStatements: Bool) { self.usesPreparedStatements = usesPreparedStatements }

        var isScripting: Bool { if case .scripting = phase { true } else { false } }
        var isClosed: Bool { if case .closed = phase { true } else { false } }
        /// Nothing is in flight or waiting.
        var isIdle: Bool { inFlight.isEmpty && waiting.isEmpty && !isScripting }
        var hasPipelineInFlight: Bool { !inFlight.isEmpty }
        var hasWaiting: Bool { !waiting.isEmpty }

        // MARK: - Requests

        mutating func submit(_ request: Request) -> Start {
            if case .closed(let error) = phase { return .refuse(request.waiter, error) }
            guard waiting.isEmpty else {
                waiting.append(request)
                return .wait
            }
            return startOrQueue(request)
        }

        /// After each completion: what was waiting and may start now. Call until it says `wait`.
        mutating func startNext() -> Start {
            guard let next = waiting.first, mayStart(next) else { return .wait }
            _ = waiting.popFirst()
            return startOrQueue(next)
        }

        private func mayStart(_ request: Request) -> Bool {
            guard case .pipelining = phase else { return false }
            if case .script = request { return inFlight.isEmpty }
            return true
        }

        private mutating func startOrQueue(_ request: Request) -> Start {
            guard mayStart(request) else {
                waiting.append(request)
                return .wait
            }
            switch request {
            case .script(let script):
                phase = .scripting(script)
                return .startScript(script.sql)
            case .pipeline(var pipeline):
                pipeline.steps = plan(pipeline.queries)
                pipeline.values.reserveCapacity(pipeline.queries.count)
                inFlight.append(pipeline)
                return .send(pipeline.queries, pipeline.steps)
            }
        }

        private mutating func plan(_ queries: [PostgresQuery]) -> [Step] {
            guard usesPreparedStatements else { return queries.indices.map { .executeUnprepared(query: $0) } }
            var steps: [Step] = []
            steps.reserveCapacity(queries.count)
            var own: [Int: PreparedStatements.Entry] = [:]
            for (index, query) in queries.enumerated() {
                switch statements.plan(for: query, preparedByThisPipeline: &own) {
                case .unprepared: steps.append(.executeUnprepared(query: index))
                case .prepared(let name): steps.append(.execute(name: name, query: index))
                case .prepareFirst(let name):
                    steps.append(.prepare(name: name, query: index))
                    steps.append(.execute(name: name, query: index))
                }
            }
            return steps
        }

        // MARK: - Answers

        mutating func receive(_ answer: Answer) -> Completion {
            if case .scripting(let script) = phase { return receive(answer, for: script) }
            guard !inFlight.isEmpty else { return .violation("an answer to nothing") }
            if case .sync = answer {
                guard let pipeline = inFlight.popFirst() else { return .none }
                guard pipeline.position == pipeline.steps.count else { return .violation("a sync too early") }
                if let failure = pipeline.failure { return .fail(pipeline.waiter, failure) }
                return .succeed(pipeline.waiter, pipeline.values)
            }
            return inFlight.withFirst { Self.advance(&$0, by: answer, &statements) }
        }

        private static func advance(
            _ pipeline: inout Pipeline,
            by answer: Answer,
            _ statements: inout PreparedStatements
        ) -> Completion {
            guard pipeline.position < pipeline.steps.count else { return .violation("more answers than steps") }
            let step = pipeline.steps[pipeline.position]
            pipeline.position += 1
            switch (answer, step) {
            case (.value, .prepare(let name, let query)):
                statements.confirm(pipeline.queries[query], name: name)
            case (.value(let value), _):
                pipeline.values.append(value)
            case (.failure(var error), _):
                note(&error, at: step, of: pipeline.queries, &statements)
                // Only the first failure is a failure; everything behind it is skipped.
                if pipeline.failure == nil { pipeline.failure = error }
            case (.skipped, .prepare(_, let query)):
                statements.forget(pipeline.queries[query])
            case (.skipped, _):
                break
            case (.sync, _), (.endOfScript, _):
                return .violation("the end of a script in a pipeline")
            }
            return .none
        }

        private static func note(
            _ error: inout PostgresError,
            at step: Step,
            of queries: [PostgresQuery],
            _ statements: inout PreparedStatements
        ) {
            switch step {
            case .prepare(_, let query):
                error.queryIndex = query
                statements.forget(queries[query])
            case .execute(_, let query):
                error.queryIndex = query
                if error.sqlState == "26000" || error.sqlState == "0A000" { statements.drop(queries[query]) }
            case .executeUnprepared(let query):
                error.queryIndex = query
            }
        }

        private mutating func receive(_ answer: Answer, for script: Script) -> Completion {
            switch answer {
            case .value: return .none
            case .failure(let error):
                var script = script
                script.failure = script.failure ?? error
                phase = .scripting(script)
                return .none
            case .endOfScript:
                phase = .pipelining
                if let failure = script.failure { return .fail(script.waiter, failure) }
                return .succeed(script.waiter, [])
            case .skipped, .sync:
                return .violation("a pipeline's answer to a script")
            }
        }

        // MARK: - The end

        /// The earliest moment at which a request has waited too long.
        var earliestDeadline: ContinuousClock.Instant? {
            var earliest: ContinuousClock.Instant?
            func consider(_ deadline: ContinuousClock.Instant) { earliest = min(earliest ?? deadline, deadline) }
            for pipeline in inFlight.all { consider(pipeline.deadline) }
            for request in waiting.all { consider(request.deadline) }
            if case .scripting(let script) = phase { consider(script.deadline) }
            return earliest
        }

        /// Ends everything. Requests whose deadline is not after `now` get a timeout, the others `error`; each is told
        /// whether anything of it may have reached the server.
        mutating func close(_ error: PostgresError, now: ContinuousClock.Instant? = nil) -> [(Waiter, PostgresError)] {
            if case .closed = phase { return [] }
            var failed: [(Waiter, PostgresError)] = []
            func fail(_ waiter: Waiter, _ deadline: ContinuousClock.Instant, wasSent: Bool) {
                let isLate = now.map { deadline <= $0 } ?? false
                let reason = isLate ? PostgresError(.timeout, "no answer in time") : error
                failed.append((waiter, reason.with(wasSent: wasSent)))
            }
            if case .scripting(let script) = phase { fail(script.waiter, script.deadline, wasSent: true) }
            while let pipeline = inFlight.popFirst() { fail(pipeline.waiter, pipeline.deadline, wasSent: true) }
            while let request = waiting.popFirst() { fail(request.waiter, request.deadline, wasSent: false) }
            // What comes later was certainly not sent.
            phase = .closed(error.with(wasSent: false))
            return failed
        }
    }
}
