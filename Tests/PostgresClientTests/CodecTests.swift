import Testing

@testable import PostgresClient

@Suite(.needsServer)
struct CodecTests {
    /// Sends `value` and reads it back.
    private func echo<T: PostgresEncodable & PostgresDecodable>(_ value: T?, _ cast: String = "") async throws -> T? {
        try await TestServer.withConnection { connection in
            let query = PostgresQuery("SELECT $1\(cast)") { $0.append(value) }
            let result = try await connection.query(query, timeout: .seconds(10))
            return try result.row(0).optionalValue(0)
        }
    }

    private func read<T: PostgresDecodable>(_ expression: String, as type: T.Type = T.self) async throws -> T {
        try await TestServer.withConnection { connection in
            try await connection.query(PostgresQuery("SELECT \(expression)"), timeout: .seconds(10)).single()
        }
    }

    @Test(arguments: [Int64.min, -1, 0, 1, Int64.max])
    func `eight-byte integers come back`(number: Int64) async throws {
        #expect(try await echo(number) == number)
        #expect(try await echo(Int(number)) == Int(number))
    }

    @Test(arguments: [Int32.min, -1, 0, 1, Int32.max])
    func `four-byte integers come back`(number: Int32) async throws {
        #expect(try await echo(number) == number)
    }

    @Test(arguments: [0, -0.0, 1.5, .infinity, -.infinity, .greatestFiniteMagnitude, .leastNonzeroMagnitude])
    func `doubles come back with every bit`(number: Double) async throws {
        #expect(try await echo(number)?.bitPattern == number.bitPattern)
        #expect(try await echo(Double.nan)?.isNaN == true)
    }

    @Test(arguments: [
        "", "a", "it's \"quoted\" \\ $1", "ünïcödé", "👩‍👩‍👧‍👦🇩🇪", "e\u{301}", String(repeating: "x", count: 100_000),
    ])
    func `text comes back`(text: String) async throws {
        #expect(try await echo(text) == text)
    }

    @Test func `bytes of every value come back, and so does an empty array`() async throws {
        let bytes = (0...255).map { UInt8($0) }
        #expect(try await echo(bytes) == bytes)
        #expect(try await echo([UInt8]()) == [])
    }

    @Test func `booleans, UUIDs, timestamps and JSON come back`() async throws {
        #expect(try await echo(true) == true)
        #expect(try await echo(false) == false)
        let uuid = PostgresUUID(high: 0x0123_4567_89ab_cdef, low: 0xfedc_ba98_7654_3210)
        #expect(try await echo(uuid) == uuid)
        #expect(try await read("'01234567-89ab-cdef-fedc-ba9876543210'::uuid") == uuid)
        let instant = PostgresTimestamp(microseconds: 812_345_678_901_234)
        #expect(try await echo(instant) == instant)
        #expect(try await read("'2000-01-01 00:00:01+00'::timestamptz") == PostgresTimestamp(microseconds: 1_000_000))
        #expect(try await read("'infinity'::timestamptz") == PostgresTimestamp(microseconds: .max))
        #expect(try await echo(PostgresJSON("{\"a\": [1, null]}")) == PostgresJSON("{\"a\": [1, null]}"))
        #expect(try await read("'{\"a\":1}'::jsonb", as: String.self) == "{\"a\": 1}")
        #expect(try await read("'{\"a\":1}'::json", as: String.self) == "{\"a\":1}")
    }

    @Test func `NULL of every type comes back`() async throws {
        #expect(try await echo(Int64?.none) == nil)
        #expect(try await echo(Int32?.none) == nil)
        #expect(try await echo(Bool?.none) == nil)
        #expect(try await echo(Double?.none) == nil)
        #expect(try await echo(String?.none) == nil)
        #expect(try await echo([UInt8]?.none) == nil)
        #expect(try await echo(PostgresUUID?.none) == nil)
        #expect(try await echo(PostgresTimestamp?.none) == nil)
        #expect(try await echo(PostgresJSON?.none) == nil)
    }

    @Test func `integers of every width are decoded as Int64`() async throws {
        #expect(try await read("(-7)::int2", as: Int64.self) == -7)
        #expect(try await read("(-7)::int4", as: Int64.self) == -7)
        #expect(try await read("4294967295::oid", as: Int64.self) == 4_294_967_295)
        #expect(try await read("pg_current_xact_id()", as: Int64.self) > 0)
    }

    @Test func `arrays come back through unnest, with NULLs and without elements`() async throws {
        try await TestServer.withConnection { connection in
            let query = PostgresQuery("SELECT * FROM unnest($1, $2, $3) AS t (a, b, c)") { parameters in
                parameters.appendArray([Int64.min, 0, .max])
                parameters.appendArray(nullable: ["x", nil, "👍"])
                parameters.appendArray([PostgresUUID(high: 1, low: 2)])
            }
            let result = try await connection.query(query, timeout: .seconds(10))
            #expect(result.rowCount == 3 && result.columnCount == 3)
            var numbers: [Int64] = []
            var texts: [String?] = []
            var uuids: [PostgresUUID?] = []
            for var row in result.rows {
                numbers.append(try row.next())
                texts.append(try row.nextOptional())
                uuids.append(try row.nextOptional())
            }
            #expect(numbers == [.min, 0, .max])
            #expect(texts == ["x", nil, "👍"])
            #expect(uuids == [PostgresUUID(high: 1, low: 2), nil, nil])

            let empty = PostgresQuery("SELECT cardinality($1), $1, $2") { parameters in
                parameters.appendArray([String]())
                parameters.appendArray(["", "a,b", "{}", "\"", "NULL"])
            }
            var row = try await connection.query(empty, timeout: .seconds(10)).row(0)
            #expect(try row.next(as: Int64.self) == 0)
            #expect(try row.next(as: [String].self) == [])
            #expect(try row.next(as: [String].self) == ["", "a,b", "{}", "\"", "NULL"])
        }
    }

    @Test func `a value of a wrong type is a decoding error`() async throws {
        try await TestServer.withConnection { connection in
            let query = PostgresQuery("SELECT 'x'::text, NULL::int8, 1::int8, ARRAY['a', NULL], '{{1},{2}}'::int8[]")
            let row = try await connection.query(query, timeout: .seconds(10)).row(0)
            #expect(throws: PostgresError.self) { try row.value(0, as: Int64.self) }
            #expect(throws: PostgresError.self) { try row.value(1, as: Int64.self) }
            #expect(throws: PostgresError.self) { try row.value(2, as: String.self) }
            #expect(throws: PostgresError.self) { try row.value(2, as: Int32.self) }
            #expect(throws: PostgresError.self) { try row.value(3, as: [String].self) }
            #expect(throws: PostgresError.self) { try row.value(4, as: [Int64].self) }
            #expect(throws: PostgresError.self) { try row.value(5, as: Int64.self) }
            #expect(throws: PostgresError.self) { try row.value(-1, as: Int64.self) }
        }
    }
}

struct TruncatedValueTests {
    @Test func `every truncation of an array is refused`() throws {
        var parameters = PostgresParameters()
        parameters.appendArray(["a", "bc"])
        for length in 0..<parameters.bytes.count {
            parameters.bytes.withUnsafeBytes { bytes in
                let part = UnsafeRawBufferPointer(rebasing: bytes[..<length])
                #expect(throws: PostgresError.self) { try [String].decode(part, type: PostgresType(rawValue: 1009)) }
            }
        }
        let whole = try parameters.bytes.withUnsafeBytes { try [String].decode($0, type: PostgresType(rawValue: 1009)) }
        #expect(whole == ["a", "bc"])
    }
}
