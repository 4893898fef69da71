extension PostgresConnection.StateMachine {
    /// Queries followed by one Sync.
    struct Pipeline {
        let queries: [PostgresQuery]
        let waiter: Waiter
        let deadline: ContinuousClock.Instant
        var steps: [Step] = []
        var position = 0
        var values: [Value] = []
        var failure: PostgresError?
    }

    /// Plain SQL, sent by the simple protocol.
    struct Script {
        let sql: String
        let waiter: Waiter
        let deadline: ContinuousClock.Instant
        var failure: PostgresError?
    }

    /// A caller's request.
    enum Request {
        case pipeline(Pipeline)
        case script(Script)
    }
}

extension PostgresConnection.StateMachine.Request {
    var waiter: Waiter {
        switch self {
        case .pipeline(let pipeline): pipeline.waiter
        case .script(let script): script.waiter
        }
    }

    var deadline: ContinuousClock.Instant {
        switch self {
        case .pipeline(let pipeline): pipeline.deadline
        case .script(let script): script.deadline
        }
    }
}
