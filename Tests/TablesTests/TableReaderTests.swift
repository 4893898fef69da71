import CSV
import Domain
import Tables
import Testing
import UseCases

/// Reads a text as a whole or in pieces of `piece` bytes.
func table<Format: TableFormat>(_: Format.Type, _ text: String, piece: Int = .max) -> ImportTable<Format.Row> {
    var reader = TableReader<Format>()
    let bytes = Array(text.utf8)
    var start = 0
    while start < bytes.count {
        let end = start + min(piece, bytes.count - start)
        reader.read(Array(bytes[start..<end]).span)
        start = end
    }
    return reader.finish()
}

/// Each listed fault as `row column: message`.
func faultLines<Row>(_ table: ImportTable<Row>) -> [String] {
    table.faults.named.map { "\($0.row) \($0.column ?? "-"): \($0.message)" }
}

struct TableReaderTests {
    @Test(arguments: [1, 3, 1_000])
    func `A spreadsheet's table is read, wherever it is cut`(piece: Int) throws {
        let text =
            "\u{FEFF}\"Name\";sku ;base_price;remark\r\n\"Cup; \"\"big\"\"\r\nand blue\";CUP/1;12,50;x\r\n\r\nTea;TEA;3.5;\r\n"
        let read = table(ProductFormat.self, text.replacing("\r\nand", with: " and"), piece: piece)
        #expect(faultLines(read) == [])
        let sku = try #require(SKU("CUP/1"))
        #expect(
            read.rows.map(\.value) == [
                ImportedProduct(
                    sku: sku, name: "Cup; \"big\" and blue", basePrice: Money(hundredths: 1_250), description: .none),
                ImportedProduct(
                    sku: try #require(SKU("TEA")), name: "Tea", basePrice: Money(hundredths: 350), description: .none),
            ])
        #expect(read.rows.map(\.line) == [2, 4], "an empty line counts as a line")
    }

    @Test func `A first line sep= sets the delimiter and is not the header`() {
        let read = table(WarehouseFormat.self, "sep=;\r\ncode;name;priority\r\nW1;One, two;7\r\n")
        #expect(faultLines(read) == [] && read.rows.map(\.value.name) == ["One, two"] && read.rows.map(\.line) == [3])
        #expect(read.rows.map(\.value.priority) == [7])
    }

    @Test func `Spaces around codes and numbers are ignored`() {
        let read = table(StockFormat.self, "sku, warehouse_code ,quantity_on_hand,reorder_point\n A , W1,5 , \n")
        #expect(faultLines(read) == [])
        #expect(read.rows.map { "\($0.value.sku)/\($0.value.warehouseCode)/\($0.value.quantityOnHand)" } == ["A/W1/5"])
        #expect(read.rows[0].value.reorderPoint == nil)
        #expect(faultLines(table(StockFormat.self, "sku,warehouse_code,quantity_on_hand\n  ,W,1\n")).count == 1)
    }

    @Test func `Every fault has its line and column, and the valid rows are read`() {
        let text = """
            sku,warehouse_code,quantity_on_hand,reorder_point,reorder_quantity
            A,W,5,1,1
            bad sku,W,5,,
            B,,-1,x,0
            C,W
            A,W,6,,
            D,W,9007199254740992,,

            E,W,7,,
            """
        let read = table(StockFormat.self, text)
        #expect(
            faultLines(read) == [
                "3 sku: must be 1 to 64 characters of A-Z a-z 0-9 . _ - / and not . or ..",
                "4 quantity_on_hand: must be between 0 and 9007199254740991",
                "4 reorder_point: must be an integer",
                "4 reorder_quantity: must be between 1 and 9007199254740991",
                "4 warehouse_code: must be 1 to 64 characters of A-Z a-z 0-9 . _ - / and not . or ..",
                "5 -: 2 fields, the header has 5",
                "6 sku: stands on row 2 too",
                "7 quantity_on_hand: must be between 0 and 9007199254740991",
            ])
        #expect(read.rows.map(\.line) == [2, 9])
    }

    @Test(arguments: [
        ("", "1 -: there is no header line"),
        ("sku,name\nA,a\n", "1 base_price: the header lacks this column"),
        ("sku,name,base_price,sku\nA,a,1,A\n", "1 sku: the header names it twice"),
        ("sku,name,base_price\nA,\"a,1\nB,b,1\n", "2 name: the quoted field has no end"),
        ("sku,name,base_price\nA,a,1.234\n", "2 base_price: must be between 0 and 9999999999.99 with at most 2 places"),
        (
            "sku,name,base_price\nA,a,\"1,23\"\n",
            "2 base_price: must be between 0 and 9999999999.99 with at most 2 places"
        ),
        ("sku,name,base_price\nA,\u{7},1\n", "2 name: must not contain control characters"),
    ])
    func `A malformed table is refused`(text: String, fault: String) {
        #expect(faultLines(table(ProductFormat.self, text)) == [fault])
    }

    @Test func `An absent description keeps the old one, an empty one removes it`() {
        let absent = table(ProductFormat.self, "sku,name,base_price\nA,a,1\n").rows[0].value.description
        let empty = table(ProductFormat.self, "sku,name,base_price,description\nA,a,1,\n").rows[0].value.description
        let there = table(ProductFormat.self, "sku,name,base_price,description\nA,a,1,\"x\ny\"\n").rows[0].value
        #expect(absent == String??.none)
        #expect(empty == String??.some(nil))
        #expect(there.description == "x\ny")
    }

    @Test func `Of too many faults the first are listed and all are counted`() {
        let rows = (0..<3_000).map { "bad sku,a\($0),1\n" }.joined()
        let read = table(ProductFormat.self, "sku,name,base_price\n" + rows)
        #expect(read.faults.count == 3_000 && read.faults.named.count == RowFaults.namedLimit)
        #expect(read.faults.named.map(\.row) == Array(2...1_001))
    }

    @Test func `An export can be imported again`() throws {
        let product = Product(
            id: ProductID(high: 1, low: 2), sku: try #require(SKU("A;1".replacing(";", with: "/"))),
            name: " =1+1;\t\"x\", y ", basePrice: Money(hundredths: 5), description: "two\r\nlines",
            attributes: #"{"a":"b,c"}"#, isArchived: true, createdAt: Instant(milliseconds: 0),
            updatedAt: Instant(milliseconds: 1))
        var writer = CSVWriter()
        writer.header(ExportColumns.product)
        writer.product(product)
        let text = String(decoding: writer.bytes, as: UTF8.self)
        let read = table(ProductFormat.self, text.replacing("\t", with: " "))
        #expect(faultLines(read) == [])
        #expect(
            read.rows.map(\.value) == [
                ImportedProduct(
                    sku: product.sku, name: product.name.replacing("\t", with: " "), basePrice: product.basePrice,
                    description: product.description)
            ])
        #expect(text.hasSuffix(",true,1970-01-01T00:00:00.000Z,1970-01-01T00:00:00.001Z\r\n"))
    }
}
