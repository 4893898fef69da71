/// The prepared statements of one connection. A pure value: it decides, and the connection sends.
///
/// A pipeline uses a prepared statement only if the server has confirmed it, or if the same pipeline prepares it. While
/// another pipeline is preparing it, the query is sent unprepared: if that pipeline failed earlier, the server would skip
/// the preparation, and the query would fail although it is correct.
struct PreparedStatements {
    /// Statements are constants, so a program does not reach this. If one is created in a loop, this bounds the server's
    /// memory.
    static let maximumCount = 1024

    /// A statement's name on the server and the parameter types it was declared with.
    struct Entry {
        let name: String
        let types: [PostgresType]
    }

    private var prepared: [Int: Entry] = [:]
    private var preparing: Set<Int> = []
    private var dropped: [Int: Int] = [:]

    /// How to send a query of a pipeline.
    enum Plan: Equatable {
        case unprepared
        case prepared(name: String)
        case prepareFirst(name: String)
    }

    /// `own` collects the statements that the current pipeline prepares; pass an empty dictionary for its first query.
    mutating func plan(for query: PostgresQuery, preparedByThisPipeline own: inout [Int: Entry]) -> Plan {
        let identity = query.statement.identity
        if let entry = prepared[identity] ?? own[identity] {
            return query.parameters.hasTypes(entry.types) ? .prepared(name: entry.name) : .unprepared
        }
        guard !preparing.contains(identity), prepared.count + preparing.count < Self.maximumCount else {
            return .unprepared
        }
        let generation = dropped[identity].map { "_\($0)" } ?? ""
        let name = "s\(identity)\(generation)"
        preparing.insert(identity)
        own[identity] = Entry(name: name, types: query.parameters.slots.map(\.type))
        return .prepareFirst(name: name)
    }

    /// The server has prepared the statement.
    mutating func confirm(_ query: PostgresQuery, name: String) {
        preparing.remove(query.statement.identity)
        prepared[query.statement.identity] = Entry(name: name, types: query.parameters.slots.map(\.type))
    }

    /// The server refused or skipped the preparation.
    mutating func forget(_ query: PostgresQuery) {
        preparing.remove(query.statement.identity)
    }

    /// A prepared statement cannot be used: it is gone (26000), or its columns have changed (0A000). It will be prepared
    /// again under another name, because the old one may still exist.
    mutating func drop(_ query: PostgresQuery) {
        let identity = query.statement.identity
        guard prepared.removeValue(forKey: identity) != nil else { return }
        dropped[identity, default: 0] += 1
    }
}

extension PostgresParameters {
    fileprivate func hasTypes(_ types: [PostgresType]) -> Bool {
        slots.count == types.count && zip(slots, types).allSatisfy { $0.type == $1 }
    }
}
