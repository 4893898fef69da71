import CLibPQ
import PostgresClient

/// A result that no server sent, as libpq lays one out.
struct MadeResult {
    private let handle: OpaquePointer

    /// - Parameter types: of the columns.
    init(types: [PostgresType]) {
        guard let handle = PQmakeEmptyPGresult(nil, PGRES_TUPLES_OK) else { fatalError("no memory") }
        self.handle = handle
        // The columns of a result of text have the form of one in binary but for this.
        var columns = types.map { type in
            PGresAttDesc(
                name: Self.columnName, tableid: 0, columnid: 0, format: 1, typid: type.rawValue, typlen: -1,
                atttypmod: -1)
        }
        guard PQsetResultAttrs(handle, CInt(types.count), &columns) != 0 else { fatalError("no columns") }
    }

    func set(_ row: Int, _ column: Int, _ value: some PostgresEncodable) {
        var bytes: [UInt8] = []
        value.encode(into: &bytes)
        let isSet = bytes.withUnsafeMutableBytes { buffer in
            PQsetvalue(
                handle, CInt(row), CInt(column), buffer.baseAddress?.assumingMemoryBound(to: CChar.self),
                CInt(buffer.count))
        }
        guard isSet != 0 else { fatalError("no value") }
    }

    /// To be called once.
    func result() -> PostgresResult { PostgresResult(taking: handle) }

    /// For the whole process.
    nonisolated(unsafe) private static let columnName: UnsafeMutablePointer<CChar> = {
        let name = UnsafeMutablePointer<CChar>.allocate(capacity: 2)
        name[0] = 0x63
        name[1] = 0
        return name
    }()
}
