import Glibc
import PostgresClient
import Reactor
import Testing

/// The real server that `scripts/test` starts.
enum TestServer {
    /// A libpq URL or conninfo from the environment.
    static var url: String? { getenv("TEST_DATABASE_URL").map { String(cString: $0) } }

    static let reactor: Reactor = {
        do { return try Reactor(name: "pg-test") } catch { fatalError("no reactor: \(error)") }
    }()

    static func configuration(
        settings: [(String, String)] = [],
        usesPreparedStatements: Bool = true
    ) throws -> PostgresConfiguration {
        PostgresConfiguration(
            conninfo: try #require(url),
            applicationName: "postgres-client-tests",
            sessionSettings: settings,
            usesPreparedStatements: usesPreparedStatements
        )
    }

    /// Runs `body` with a connection.
    static func withConnection<T>(
        settings: [(String, String)] = [],
        usesPreparedStatements: Bool = true,
        onEvent: @escaping @Sendable (PostgresEvent) -> Void = { _ in },
        _ body: (PostgresConnection) async throws -> T
    ) async throws -> T {
        let connection = try await PostgresConnection.connect(
            configuration: configuration(settings: settings, usesPreparedStatements: usesPreparedStatements),
            reactor: reactor,
            onEvent: onEvent
        )
        do {
            let value = try await body(connection)
            await connection.close()
            return value
        } catch {
            await connection.close()
            throw error
        }
    }

    /// Runs `body` with a client.
    static func withClient<T>(
        shared: Int = 1,
        maximum: Int = 4,
        onEvent: @escaping @Sendable (PostgresEvent) -> Void = { _ in },
        _ body: (PostgresClient) async throws -> T
    ) async throws -> T {
        let client = PostgresClient(
            configuration: try configuration(),
            reactor: reactor,
            sharedConnections: shared,
            maximumConnections: maximum,
            onEvent: onEvent
        )
        do {
            let value = try await body(client)
            await client.shutdown()
            return value
        } catch {
            await client.shutdown()
            throw error
        }
    }

    /// Terminates a session from a second connection, and waits until it has ended.
    static func terminate(_ processID: Int32) async throws {
        try await withConnection { connection in
            _ = try await connection.query(
                PostgresQuery("SELECT pg_terminate_backend($1, 10000)") { $0.append(processID) },
                timeout: .seconds(20)
            )
        }
    }

    /// Waits until `condition` holds, for at most ten seconds.
    static func eventually(
        _ comment: Comment? = nil,
        sourceLocation: SourceLocation = #_sourceLocation,
        _ condition: () async throws -> Bool
    ) async throws {
        let deadline = ContinuousClock.now + .seconds(10)
        while try await !condition() {
            guard ContinuousClock.now < deadline else {
                Issue.record(comment ?? "the condition did not come true", sourceLocation: sourceLocation)
                return
            }
            await reactor.sleep(for: .milliseconds(5))
        }
    }
}

extension Trait where Self == ConditionTrait {
    /// Skips the suite without a server.
    static var needsServer: Self { .enabled(if: TestServer.url != nil, "TEST_DATABASE_URL is not set") }
}

extension PostgresQuery {
    /// A query with a new statement, for tests; programs have statements as constants.
    init(_ sql: String, _ build: (inout PostgresParameters) -> Void = { _ in }) {
        self.init(PostgresStatement(sql), build)
    }
}

extension PostgresResult {
    /// The first column of the first row.
    func single<T: PostgresDecodable>(as type: T.Type = T.self) throws -> T { try row(0).value(0) }
}

/// The error of a failing call; nil if it succeeded.
func failure(of body: () async throws -> Void) async -> PostgresError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? PostgresError
    }
}
