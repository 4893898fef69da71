package import PostgresClient
package import UseCases

/// The key of a row of `idempotency_keys`.
package struct KeptKey: Hashable, Comparable {
    package let caller: String
    package let key: String

    package init(_ request: RequestKey) {
        self.init(caller: request.caller, key: request.key)
    }

    package init(caller: String, key: String) {
        self.caller = caller
        self.key = key
    }

    package static func < (left: Self, right: Self) -> Bool { (left.caller, left.key) < (right.caller, right.key) }
}

/// The stored answer to a request with an idempotency key.
package struct KeptRow {
    package let requestHash: [UInt8]
    package let answer: KeptAnswer

    /// The failure of a later request with the same key.
    package func failure(for request: RequestKey) -> ServiceFailure {
        requestHash == request.requestHash ? .replayed(answer) : .keyReused
    }

    // MARK: Reading

    /// Ignores rows that are older than a day, even if no sweeper has deleted them.
    ///
    /// The lateral join makes one index look-up per key, whatever the planner knows of the table: a plan made while it
    /// was empty read all keys of the last day by their age, for every batch.
    private static let find = PostgresStatement(
        """
        SELECT k.caller, k.key, k.request_hash, k.status, k.answer
        FROM unnest($1::text[], $2::text[]) AS wanted(caller, key)
        CROSS JOIN LATERAL (
            SELECT * FROM idempotency_keys AS i WHERE i.caller = wanted.caller AND i.key = wanted.key LIMIT 1
        ) AS k
        WHERE k.created_at > clock_timestamp() - interval '24 hours'
        """)

    package static func find(_ keys: [RequestKey]) -> PostgresQuery {
        PostgresQuery(find) { parameters in
            parameters.appendArray(keys.map(\.caller))
            parameters.appendArray(keys.map(\.key))
        }
    }

    package static func all(_ result: PostgresResult) throws(PostgresError) -> [KeptKey: KeptRow] {
        var rows: [KeptKey: KeptRow] = [:]
        for index in 0..<result.rowCount {
            var row = result.row(index)
            let key = KeptKey(caller: try row.next(), key: try row.next())
            let hash: [UInt8] = try row.next()
            let status = Int(try row.next(as: Int32.self))
            rows[key] = KeptRow(requestHash: hash, answer: KeptAnswer(status: status, bytes: try row.next()))
        }
        return rows
    }

    // MARK: Writing

    /// Fails if another transaction has stored one of the keys meanwhile: the caller's transaction then runs again, and
    /// its load finds that key. Replaces keys that are older than a day.
    private static let insert = PostgresStatement(
        """
        WITH made AS (
            INSERT INTO idempotency_keys AS k (caller, key, request_hash, status, answer, created_at)
            SELECT unnest($1::text[]), unnest($2::text[]), unnest($3::bytea[]), unnest($4::integer[]),
                unnest($5::bytea[]), clock_timestamp()
            ON CONFLICT (caller, key) DO UPDATE SET request_hash = excluded.request_hash, status = excluded.status,
                answer = excluded.answer, created_at = excluded.created_at
            WHERE k.created_at <= clock_timestamp() - interval '24 hours'
            RETURNING 1
        )
        SELECT assert_rows((SELECT count(*) FROM made), cardinality($1::text[]))
        """)

    /// Inserts in the order of the keys, so that two transactions never deadlock.
    package static func insert(_ answers: [(key: RequestKey, answer: KeptAnswer)]) -> PostgresQuery {
        let sorted = answers.sorted { KeptKey($0.key) < KeptKey($1.key) }
        return PostgresQuery(insert) { parameters in
            parameters.appendArray(sorted.map(\.key.caller))
            parameters.appendArray(sorted.map(\.key.key))
            parameters.appendArray(sorted.map(\.key.requestHash))
            parameters.appendArray(sorted.map { Int32($0.answer.status) })
            parameters.appendArray(sorted.map(\.answer.bytes))
        }
    }
}
