/// What one connection has prepared. A pure value: it decides, others send.
///
/// A pipeline only relies on a statement whose preparation was confirmed, or is part of the same pipeline. In between,
/// while another pipeline in flight is preparing it, it goes unprepared: if that one fails before its turn, the server
/// skips the preparation, and a pipeline behind would fail for no fault of its own.
struct PreparedStatements {
    /// Statements are constants of the program, so this is never reached; if somebody makes them in a loop, the server's
    /// memory is still bounded.
    static let maximumCount = 1024

    /// A statement's name on the server and the parameter types it was declared with.
    struct Entry {
        let name: String
        let types: [PostgresType]
    }

    private var prepared: [Int: Entry] = [:]
    private var preparing: Set<Int> = []
    private var dropped: [Int: Int] = [:]

    /// How a query of a pipeline is to be sent.
    enum Plan: Equatable {
        case unprepared
        case prepared(name: String)
        case prepareFirst(name: String)
    }

    /// `own` collects what the pipeline in question prepares itself; begin with none.
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

    /// The server has prepared it.
    mutating func confirm(_ query: PostgresQuery, name: String) {
        preparing.remove(query.statement.identity)
        prepared[query.statement.identity] = Entry(name: name, types: query.parameters.slots.map(\.type))
    }

    /// The server refused or skipped it.
    mutating func forget(_ query: PostgresQuery) {
        preparing.remove(query.statement.identity)
    }

    /// A prepared statement turned out to be unusable: gone (26000), or made for columns that have changed since (0A000).
    /// It is prepared anew under another name, as the old one may still be taken.
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
