extension PostgresConnection {
    /// The requests of a connection and their state. A pure value: events go in, actions come out.
    ///
    /// Requests are served in order. Any number of pipelines may be in flight. A script runs alone, because libpq does not
    /// offer the simple protocol in pipeline mode.
    struct StateMachine<Waiter, Value> {
        /// One message of a pipeline that the server answers.
        enum Step: Equatable {
            case prepare(name: String, query: Int)
            case execute(name: String, query: Int)
            case executeUnprepared(query: Int)
        }

        /// What the connection must do with a request now.
        enum Start {
            case wait
            case send([PostgresQuery], [Step])
            case startScript(String)
            case refuse(Waiter, PostgresError)
        }

        /// An answer of the server.
        enum Answer {
            case value(Value)
            case failure(PostgresError)
            /// Not run, because an earlier step of the pipeline failed.
            case skipped
            case sync
            case endOfScript
        }

        enum Completion {
            case none
            case succeed(Waiter, [Value])
            case fail(Waiter, PostgresError)
            /// The server broke the protocol; the connection must be closed.
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
        /// No request is in flight or waiting.
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

        /// Starts the next waiting request, if it may start now. Call it after each completion until it returns `wait`.
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
            guard !inFlight.isEmpty else { return .violation("an answer without a request") }
            if case .sync = answer {
                guard let pipeline = inFlight.popFirst() else { return .none }
                guard pipeline.position == pipeline.steps.count else { return .violation("an early sync") }
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
                record(&error, at: step, of: pipeline.queries, &statements)
                // The server skips everything after the first failure.
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

        private static func record(
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

        // MARK: - Closing

        /// The earliest deadline of all requests.
        var earliestDeadline: ContinuousClock.Instant? {
            var earliest: ContinuousClock.Instant?
            func consider(_ deadline: ContinuousClock.Instant) { earliest = min(earliest ?? deadline, deadline) }
            for pipeline in inFlight.all { consider(pipeline.deadline) }
            for request in waiting.all { consider(request.deadline) }
            if case .scripting(let script) = phase { consider(script.deadline) }
            return earliest
        }

        /// Ends all requests. Those whose deadline is not after `now` get a timeout, the others `error`. Each error says
        /// whether any part of the request may have reached the server.
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
            // Later requests are not sent.
            phase = .closed(error.with(wasSent: false))
            return failed
        }
    }
}
