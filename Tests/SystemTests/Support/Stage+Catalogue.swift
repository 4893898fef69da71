import PostgresClient
import Reactor
import TestSupport

extension Stage {
    /// Creates products in warehouses, each record with `quantity` units on hand and a reorder point of 0.
    /// - Returns: the records' ids, by SKU and warehouse code.
    @discardableResult
    func stock(
        _ skus: [String], in warehouses: [String] = ["WH1"], quantity: Int
    ) async throws -> [String: [String: String]] {
        guard let client = await clients.first else { throw Failure("no server") }
        for warehouse in warehouses {
            try await require(
                client.post("/warehouses", ["code": .string(warehouse), "name": .string("Warehouse \(warehouse)")]))
        }
        var ids: [String: [String: String]] = [:]
        for sku in skus {
            try await require(
                client.post(
                    "/products", ["sku": .string(sku), "name": .string("Product \(sku)"), "base_price": "19.99"]))
            for warehouse in warehouses {
                let path = "/inventory/\(sku)/\(warehouse)"
                let record = try await require(client.put(path, ["reorder_point": 0, "reorder_quantity": 10]))
                ids[sku, default: [:]][warehouse] = record["id"].text
                if quantity > 0 { try await require(client.receive(sku, warehouse, quantity)) }
            }
        }
        return ids
    }

    /// - Throws: if the response is not a success.
    @discardableResult
    func require(_ answer: Answer) throws -> JSON {
        guard answer.isSuccess else { throw Failure("not a success: \(answer)") }
        return answer.json
    }

    // MARK: Direct access to the database

    /// The socket of the database's server on this machine.
    func databaseAddress() async throws -> (
        folder: String, port: String, socketPath: String, user: String, database: String
    ) {
        let lines = try await lines(
            """
            SELECT unnest(ARRAY[current_setting('unix_socket_directories'), current_setting('port'), current_user::text,
                                current_database()::text])
            """)
        guard lines.count == 4, let folder = lines[0].split(separator: ",").first.map(String.init) else {
            throw Failure("the server has no socket on this machine: \(lines)")
        }
        return (folder, lines[1], "\(folder)/.s.PGSQL.\(lines[1])", lines[2], lines[3])
    }

    /// Runs a body with a private database session.
    func withSession<Value>(_ body: (PostgresConnection) async throws -> Value) async throws -> Value {
        let connection = try await PostgresConnection.connect(
            configuration: PostgresConfiguration(conninfo: database, applicationName: "system tests"),
            reactor: TestDatabase.reactor)
        do {
            let value = try await body(connection)
            await connection.close()
            return value
        } catch {
            await connection.close()
            throw error
        }
    }

    /// The rows of a query of one text column: several values are put into one with `concat_ws`.
    func lines(_ sql: String) async throws -> [String] {
        try await withSession { session in
            let result = try await session.query(PostgresQuery(PostgresStatement(sql)), timeout: .seconds(30))
            return try result.rows.map { try $0.value(0, as: String.self) }
        }
    }

    func count(_ sql: String) async throws -> Int {
        guard let first = try await lines("SELECT (\(sql))::text").first, let count = Int(first) else {
            throw Failure("no number: \(sql)")
        }
        return count
    }
}

// MARK: Data that the API creates slowly or refuses

extension Stage {
    /// Creates products BULK-0, BULK-1, …
    func makeProducts(_ count: Int) async throws {
        try await withSession { session in
            try await session.script(
                """
                INSERT INTO products (id, sku, name, name_folded, base_price, created_at, updated_at)
                SELECT gen_random_uuid(), 'BULK-' || n, 'Bulk ' || n, 'bulk ' || n, 1, now(), now()
                FROM generate_series(0, \(count - 1)) n
                """, timeout: .seconds(30))
        }
    }

    /// Sets names that the API refuses, as corrupt data might hold them.
    func rename(_ names: [(sku: String, name: String)]) async throws {
        try await withSession { session in
            for (sku, name) in names {
                let query = PostgresQuery(PostgresStatement("UPDATE products SET name = $2 WHERE sku = $1")) {
                    $0.append(sku)
                    $0.append(name)
                }
                _ = try await session.query(query, timeout: .seconds(10))
            }
        }
    }
}
