import Glibc

/// A CSV file on disk, read piece by piece into typed rows. Not for concurrent use.
///
/// It blocks the calling thread while it reads a piece: for a local disk, microseconds.
public final class CSVFile<Row: CSVRowDecodable> {
    /// About 800 rows of checkouts: few system calls, little memory.
    private static var pieceBytes: Int { 65_536 }

    private let path: String
    private let descriptor: CInt
    private var reader = CSVReader()
    private var header: CSVHeader?
    private var rows: [CSVRow] = []
    private var nextIndex = 0
    private var pendingFault: CSVError?
    private var isAtEnd = false

    /// Opens the file.
    /// - Throws: ``CSVError`` with row 0 if it cannot be opened.
    public init(path: String) throws(CSVError) {
        self.path = path
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw CSVError(file: path, row: 0, message: "cannot be opened: \(String(cString: strerror(errno)))")
        }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// The next row, nil at the end of the file.
    /// - Throws: the first fault, with the file's name, after the rows before it have been returned.
    public func next() throws(CSVError) -> Row? {
        do throws(CSVError) {
            if header == nil {
                guard let first = try nextRow() else {
                    throw CSVError(row: 1, message: "there is no header line")
                }
                header = try CSVHeader(first, required: Row.requiredColumns)
            }
            guard let header, let row = try nextRow() else { return nil }
            return try Row(header.record(row))
        } catch {
            var named = header?.naming(error) ?? error
            named.file = path
            throw named
        }
    }

    private func nextRow() throws(CSVError) -> CSVRow? {
        while nextIndex == rows.count {
            if let pendingFault { throw pendingFault }
            guard !isAtEnd else { return nil }
            rows.removeAll(keepingCapacity: true)
            nextIndex = 0
            do throws(CSVError) {
                try readPiece()
            } catch {
                // Thrown after the rows before it, which may contain an earlier fault.
                pendingFault = error
            }
        }
        defer { nextIndex += 1 }
        return rows[nextIndex]
    }

    private func readPiece() throws(CSVError) {
        var failure: CInt = 0
        let piece = [UInt8](unsafeUninitializedCapacity: Self.pieceBytes) { buffer, count in
            var received = read(descriptor, buffer.baseAddress, Self.pieceBytes)
            while received < 0, errno == EINTR { received = read(descriptor, buffer.baseAddress, Self.pieceBytes) }
            if received < 0 { failure = errno }
            count = max(0, received)
        }
        guard failure == 0 else {
            throw CSVError(row: 0, message: "cannot be read: \(String(cString: strerror(failure)))")
        }
        if piece.isEmpty {
            isAtEnd = true
            try reader.finish(into: &rows)
        } else {
            try reader.read(piece.span, into: &rows)
        }
    }
}
