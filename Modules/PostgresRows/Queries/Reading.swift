package import Domain
import Glibc
public import PostgresClient
public import UseCases

extension PostgresQuerying {
    /// Runs a query, decodes each row, and maps errors to the ports' `ServiceFailure`.
    /// - Parameter timeout: for the answer; nil for the default.
    @inlinable
    package func rows<Value>(
        _ query: PostgresQuery, timeout: Duration? = nil,
        _ decode: (inout PostgresRow) throws(PostgresError) -> Value
    ) async throws(ServiceFailure) -> [Value] {
        do throws(PostgresError) {
            let result = try await run(query, timeout: timeout)
            var values: [Value] = []
            values.reserveCapacity(result.rowCount)
            for index in 0..<result.rowCount {
                var row = result.row(index)
                values.append(try decode(&row))
            }
            return values
        } catch {
            throw ServiceFailure(error)
        }
    }
}

extension PageRequest {
    /// One value of the cursor; nil on the first page.
    /// - Parameters:
    ///   - count: how many values this list's cursors have.
    ///   - list: the list's name, which its cursors begin with.
    /// - Throws: `.badCursor` for a cursor of another list.
    package func text(at index: Int, of count: Int, in list: String) throws(ServiceFailure) -> String? {
        guard let cursor else { return nil }
        guard cursor.values.count == count + 1, cursor.values[0] == list else { throw .badCursor }
        // PostgreSQL's text cannot hold a NUL, and no cursor of the service has one.
        guard !cursor.values[index + 1].utf8.contains(0) else { throw .badCursor }
        return cursor.values[index + 1]
    }

    package func integer(at index: Int, of count: Int, in list: String) throws(ServiceFailure) -> Int64? {
        guard let text = try text(at: index, of: count, in: list) else { return nil }
        guard let value = Int64(text) else { throw .badCursor }
        return value
    }

    package func identifier<Entity>(
        at index: Int, of count: Int, in list: String
    ) throws(ServiceFailure) -> Identifier<Entity>? {
        guard let text = try text(at: index, of: count, in: list) else { return nil }
        guard let value = Identifier<Entity>(text) else { throw .badCursor }
        return value
    }
}

/// A time-ordered id for a row that a single statement inserts.
package func newIdentifier<Entity>(of: Entity.Type) -> Identifier<Entity> {
    var random = SystemRandomNumberGenerator()
    var source = IdentifierSource(seed: random.next())
    var clock = timespec()
    clock_gettime(CLOCK_REALTIME, &clock)
    return source.next(at: Instant(milliseconds: Int64(clock.tv_sec) * 1_000 + Int64(clock.tv_nsec) / 1_000_000))
}
