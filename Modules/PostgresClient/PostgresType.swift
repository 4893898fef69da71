/// A type of PostgreSQL by its object identifier, as in `pg_type`.
public struct PostgresType: RawRepresentable, Sendable, Hashable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Leaves the choice to the server.
    public static let unspecified = PostgresType(rawValue: 0)
    public static let bool = PostgresType(rawValue: 16)
    public static let bytea = PostgresType(rawValue: 17)
    public static let name = PostgresType(rawValue: 19)
    public static let int8 = PostgresType(rawValue: 20)
    public static let int2 = PostgresType(rawValue: 21)
    public static let int4 = PostgresType(rawValue: 23)
    public static let text = PostgresType(rawValue: 25)
    public static let oid = PostgresType(rawValue: 26)
    public static let json = PostgresType(rawValue: 114)
    public static let float4 = PostgresType(rawValue: 700)
    public static let float8 = PostgresType(rawValue: 701)
    public static let unknown = PostgresType(rawValue: 705)
    public static let bpchar = PostgresType(rawValue: 1042)
    public static let varchar = PostgresType(rawValue: 1043)
    public static let date = PostgresType(rawValue: 1082)
    public static let timestamp = PostgresType(rawValue: 1114)
    public static let timestamptz = PostgresType(rawValue: 1184)
    public static let numeric = PostgresType(rawValue: 1700)
    public static let uuid = PostgresType(rawValue: 2950)
    public static let jsonb = PostgresType(rawValue: 3802)
    public static let xid8 = PostgresType(rawValue: 5069)

    /// The type of an array of these; `nil` for a type this module does not know.
    public var arrayType: PostgresType? {
        Self.arrayTypes[self].map(PostgresType.init(rawValue:))
    }

    /// Types whose binary form is something else than their text.
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
