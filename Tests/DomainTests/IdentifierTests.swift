import Domain
import TestSupport
import Testing

struct IdentifierTests {
    @Test("an id is written as 36 lowercase characters and parses back to itself")
    func roundTrip() {
        var random = SeededRandom()
        for _ in 0..<2_000 {
            let id = random.identifier(Product.self)
            let text = id.description
            #expect(text.utf8.count == 36 && text == text.lowercased(), "seed \(random.seed)")
            #expect(id.withText { String(decoding: $0, as: UTF8.self) } == text, "seed \(random.seed)")
            #expect(ProductID(text) == id, "seed \(random.seed)")
            #expect(ProductID(text.uppercased()) == id, "seed \(random.seed)")
            #expect(ProductID(text[...]) == id, "seed \(random.seed)")
        }
    }

    @Test("each position accepts only its valid characters, independently of the others")
    func everyByte() {
        let text = Array("00112233-4455-6677-8899-AAbbccddeeff".utf8)
        let digits = Array("0123456789abcdef".utf8)
        for place in text.indices {
            for byte in UInt8.min...UInt8.max {
                var changed = text
                changed[place] = byte
                let lower = byte | (byte >= 0x41 && byte <= 0x46 ? 0x20 : 0)
                let isRight = text[place] == 0x2D ? byte == 0x2D : digits.contains(lower)
                let id = changed.withUnsafeBufferPointer { ProductID(utf8: $0) }
                #expect((id != nil) == isRight, "byte \(byte) at \(place)")
                guard let id else { continue }
                changed[place] = lower
                #expect(id.description == String(decoding: changed, as: UTF8.self).lowercased())
            }
        }
    }

    @Test("the two words contain the bytes in the order in which they are written")
    func describe() {
        let id = ProductID("00112233-4455-6677-8899-aabbccddeeff")
        #expect(id == ProductID(high: 0x0011_2233_4455_6677, low: 0x8899_AABB_CCDD_EEFF))
        #expect(ProductID(high: 0, low: 0).description == "00000000-0000-0000-0000-000000000000")
        #expect(ProductID(high: .max, low: .max).description == "ffffffff-ffff-ffff-ffff-ffffffffffff")
    }

    @Test(
        "text that is not a UUID is refused",
        arguments: [
            "", "-", "00112233445566778899aabbccddeeff", "{00112233-4455-6677-8899-aabbccddeeff}",
            "00112233-4455-6677-8899-aabbccddeef", "00112233-4455-6677-8899-aabbccddeeff0",
            "00112233-4455-6677-8899-aabbccddeeff ", " 00112233-4455-6677-8899-aabbccddeeff",
            "0011223-34455-6677-8899-aabbccddeeff", "00112233-4455-6677-8899-aabbccddeefg",
            "00112233-4455-6677-88990aabbccddeeff", "00112233-4455-6677-8899-aabbccddee-f",
            "00112233_4455_6677_8899_aabbccddeeff", "00112233-4455-6677-8899-aabbccddee\u{0}f",
            "0011223３-4455-6677-8899-aabbccddeeff", "00112233-4455-6677-8899-aabbccddeé",
            "urn:uuid:00112233-4455-6677-8899-aabbccddeeff",
        ])
    func noIdentifier(_ text: String) {
        #expect(ProductID(text) == nil)
    }

    @Test("one wrong character at any position is refused")
    func damage() {
        var random = SeededRandom()
        for _ in 0..<200 {
            var bytes = Array(random.identifier(Product.self).description.utf8)
            let position = Int.random(in: 0..<36, using: &random)
            let isDash = bytes[position] == UInt8(ascii: "-")
            bytes[position] = isDash ? UInt8(ascii: "0") : random.pick(Array("-gG/:@`. ".utf8))
            #expect(ProductID(String(decoding: bytes, as: UTF8.self)) == nil, "seed \(random.seed)")
            #expect(ProductID(String(decoding: bytes.dropLast(), as: UTF8.self)) == nil, "seed \(random.seed)")
        }
    }

    @Test("ids are ordered as their bytes are, which is PostgreSQL's order")
    func order() {
        var random = SeededRandom()
        for _ in 0..<2_000 {
            let left = random.identifier(Product.self)
            // Half of the pairs differ in the last eight bytes only.
            let right =
                Bool.random(using: &random)
                ? random.identifier(Product.self) : ProductID(high: left.high, low: random.next())
            let byBytes = left.description.utf8.lexicographicallyPrecedes(right.description.utf8)
            #expect((left < right) == byBytes, "seed \(random.seed): \(left) \(right)")
            #expect(!(left < left))
        }
    }

    @Test("record keys are ordered by product, then by warehouse")
    func keys() {
        func key(_ product: UInt64, _ warehouse: UInt64) -> RecordKey {
            RecordKey(product: ProductID(high: 0, low: product), warehouse: WarehouseID(high: 0, low: warehouse))
        }
        let sorted = [key(1, 1), key(1, 2), key(2, 0), key(2, .max)]
        #expect(sorted.reversed().sorted() == sorted)
    }
}
