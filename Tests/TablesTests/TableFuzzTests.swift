import Domain
import Tables
import TestSupport
import Testing
import UseCases

struct TableFuzzTests {
    @Test func `Arbitrary bytes do not trap, and pieces do not change the result`() {
        var random = SeededRandom()
        print("seed \(random.seed)")
        let seeds = [
            "sku,warehouse_code,quantity_on_hand,reorder_point,reorder_quantity\nA,W,1,2,3\n\"B\",W,4,,\r\n",
            "\u{FEFF}sep=;\nsku;warehouse_code;quantity_on_hand\r\nÄ;\"W\r\n\"\"x\";99999999999999999999\n",
        ]
        for _ in 0..<3_000 {
            var bytes = Array(random.pick(seeds).utf8)
            for _ in 0..<Int.random(in: 0...6, using: &random) {
                let position = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[position] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.insert(random.pick(Array("\",;\r\n\t\0".utf8)), at: position)
                case 2: bytes.removeSubrange(position..<min(bytes.count, position + 5))
                default: bytes.insert(contentsOf: bytes[..<position], at: position)
                }
                if bytes.isEmpty { bytes = [0x22] }
            }
            let whole = Self.read(bytes, piece: bytes.count)
            let cut = Self.read(bytes, piece: Int.random(in: 1...7, using: &random))
            #expect(whole == cut)
        }
    }

    private static func read(_ bytes: [UInt8], piece: Int) -> [String] {
        var reader = TableReader<StockFormat>()
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + piece)
            reader.read(Array(bytes[start..<end]).span)
            start = end
        }
        let table = reader.finish()
        return faultLines(table) + table.rows.map { "\($0.line) \($0.value)" }
    }
}
