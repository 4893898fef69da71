/// A type of PostgreSQL by its object identifier, as in `pg_type`.
public struct PostgresType: RawRepresentable, Sendable, Hashable {
    public let rawValue: UInt32
    @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Leaves the choice to the server.
    @inlinable public static var unspecified: PostgresType { PostgresType(rawValue: 0) }
    @inlinable public static var bool: PostgresType { PostgresType(rawValue: 16) }
    @inlinable public static var bytea: PostgresType { PostgresType(rawValue: 17) }
    @inlinable public static var name: PostgresType { PostgresType(rawValue: 19) }
    @inlinable public static var int8: PostgresType { PostgresType(rawValue: 20) }
    @inlinable public static var int2: PostgresType { PostgresType(rawValue: 21) }
    @inlinable public static var int4: PostgresType { PostgresType(rawValue: 23) }
    @inlinable public static var text: PostgresType { PostgresType(rawValue: 25) }
    @inlinable public static var oid: PostgresType { PostgresType(rawValue: 26) }
    @inlinable public static var json: PostgresType { PostgresType(rawValue: 114) }
    @inlinable public static var float4: PostgresType { PostgresType(rawValue: 700) }
    @inlinable public static var float8: PostgresType { PostgresType(rawValue: 701) }
    @inlinable public static var unknown: PostgresType { PostgresType(rawValue: 705) }
    @inlinable public static var bpchar: PostgresType { PostgresType(rawValue: 1042) }
    @inlinable public static var varchar: PostgresType { PostgresType(rawValue: 1043) }
    @inlinable public static var date: PostgresType { PostgresType(rawValue: 1082) }
    @inlinable public static var timestamp: PostgresType { PostgresType(rawValue: 1114) }
    @inlinable public static var timestamptz: PostgresType { PostgresType(rawValue: 1184) }
    @inlinable public static var numeric: PostgresType { PostgresType(rawValue: 1700) }
    @inlinable public static var uuid: PostgresType { PostgresType(rawValue: 2950) }
    @inlinable public static var jsonb: PostgresType { PostgresType(rawValue: 3802) }
    @inlinable public static var xid8: PostgresType { PostgresType(rawValue: 5069) }

    /// The type of an array of these; `nil` for a type this module does not know.
    public var arrayType: PostgresType? {
        switch self {
        // The types in batches, which skip the dictionary.
        case .uuid: PostgresType(rawValue: 2951)
        case .int8: PostgresType(rawValue: 1016)
        case .text: PostgresType(rawValue: 1009)
        case .timestamptz: PostgresType(rawValue: 1185)
        default: Self.arrayTypes[self].map(PostgresType.init(rawValue:))
        }
    }

    /// Whether the binary form is known to differ from the text.
    var isKnownBinary: Bool {
        switch self {
        case .text, .varchar, .bpchar, .name, .json, .jsonb, .unknown: false
        default: Self.arrayTypes[self] != nil || Self.knownArrayTypes.contains(rawValue)
        }
    }

    private static let arrayTypes: [PostgresType: UInt32] = [
        .bool: 1000, .bytea: 1001, .name: 1003, .int8: 1016, .int2: 1005, .int4: 1007, .text: 1009, .oid: 1028,
        .json: 199, .float4: 1021, .float8: 1022, .bpchar: 1014, .varchar: 1015, .date: 1182, .timestamp: 1115,
        .timestamptz: 1185, .numeric: 1231, .uuid: 2951, .jsonb: 3807, .xid8: 271,
    ]
    private static let knownArrayTypes = Set(arrayTypes.values)
}
