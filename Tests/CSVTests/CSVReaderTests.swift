import CSV
import Testing

@Suite("The CSV reader")
struct CSVReaderTests {
    static func rows(_ text: String, piece: Int = .max) throws -> [CSVRow] {
        try rows(Array(text.utf8), piece: piece)
    }

    static func rows(_ bytes: [UInt8], piece: Int = .max) throws -> [CSVRow] {
        var reader = CSVReader()
        var rows: [CSVRow] = []
        var start = 0
        while start < bytes.count {
            let end = start + min(piece, bytes.count - start)
            try reader.read(Array(bytes[start..<end]).span, into: &rows)
            start = end
        }
        try reader.finish(into: &rows)
        return rows
    }

    @Test("reads plain rows and counts lines from 1")
    func plain() throws {
        let expected = [CSVRow(number: 1, fields: ["a", "b"]), CSVRow(number: 2, fields: ["1", ""])]
        #expect(try Self.rows("a,b\n1,\n") == expected)
        #expect(try Self.rows("a,b\r\n1,\r\n") == expected)
        #expect(try Self.rows("a,b\r\n1,") == expected, "the last line needs no line end")
    }

    @Test("reads quotes, doubled quotes, and commas and line ends within them")
    func quotes() throws {
        let rows = try Self.rows("x,\"a \"\"b\"\", c\"\n\"two\r\nlines\",\"\"\nlast,z\n")
        #expect(rows.map(\.fields) == [["x", "a \"b\", c"], ["two\r\nlines", ""], ["last", "z"]])
        #expect(rows.map(\.number) == [1, 2, 4], "a row's number is the line it begins on")
    }

    @Test("drops a byte order mark, also before a quote and in pieces", arguments: [1, 2, 3, 4, 100])
    func mark(piece: Int) throws {
        #expect(try Self.rows("\u{FEFF}\"sku\",n\n", piece: piece) == [CSVRow(number: 1, fields: ["sku", "n"])])
        #expect(try Self.rows("a\u{FEFF}\n", piece: piece).first?.fields == ["a\u{FEFF}"])
        #expect(try Self.rows("\u{FEFE}\n", piece: piece).first?.fields == ["\u{FEFE}"], "only the mark's first bytes")
    }

    @Test("skips empty lines, but not an empty quoted field")
    func emptyLines() throws {
        #expect(try Self.rows("a\n\n\r\n\"\"\nb\n\n").map(\.number) == [1, 4, 5])
        #expect(try Self.rows("").isEmpty)
        #expect(try Self.rows("\u{FEFF}").isEmpty)
    }

    @Test(
        "refuses malformed text and names the place",
        arguments: [
            ("a,b\n1,x\"y\n", 2, 1, "a quote inside an unquoted field"),
            ("a\n\"x\"y\n", 2, 0, "text after the closing quote"),
            ("a\n1\n\"x\ny", 3, 0, "the quoted field has no end"),
            ("a\rb\n", 1, 0, "a carriage return without a line feed"),
            ("a\r", 1, 0, "a carriage return without a line feed"),
            ("a,\"x\"\rb", 1, 1, "a carriage return without a line feed"),
        ]
    )
    func faults(text: String, row: Int, column: Int, message: String) {
        #expect(throws: CSVError(row: row, columnIndex: column, message: message)) { try Self.rows(text) }
    }

    @Test("refuses bytes that are not UTF-8")
    func notUTF8() {
        #expect(throws: CSVError(row: 2, columnIndex: 1, message: "not UTF-8")) {
            try Self.rows(Array("a,b\n1,".utf8) + [0xC3, 0x28])
        }
    }

    @Test("bounds the size and number of fields")
    func bounds() throws {
        let longest = String(repeating: "x", count: CSVReader.maximumFieldBytes)
        #expect(try Self.rows(longest).first?.fields == [longest])
        #expect(throws: CSVError.self) { try Self.rows(longest + "x") }
        let widest = String(repeating: ",", count: CSVReader.maximumFields - 1)
        #expect(try Self.rows(widest).first?.fields.count == CSVReader.maximumFields)
        #expect(throws: CSVError.self) { try Self.rows(widest + ",") }
    }

    @Test("returns the rows before a fault, and none after it")
    func rowsBeforeFault() {
        var reader = CSVReader()
        var rows: [CSVRow] = []
        #expect(throws: CSVError.self) { try reader.read(Array("a\nb\nx\"\n".utf8).span, into: &rows) }
        #expect(throws: Never.self) { try reader.read(Array("c\n".utf8).span, into: &rows) }
        #expect(rows.map(\.fields) == [["a"], ["b"]])
    }
}
