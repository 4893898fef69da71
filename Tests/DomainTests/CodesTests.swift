import Domain
import Testing

/// SKU and warehouse code: 1 ... 64 characters of `A-Za-z0-9._-/`, case kept, compared exactly, not `.` or `..`.
struct CodesTests {
    @Test(
        "a valid code is accepted unchanged",
        arguments: [
            "A", "0", "-", "_", "/", "...", ".a", "a.", "a/b", "../a", "SKU-001", "abc.DEF_9",
            String(repeating: "x", count: 64),
        ])
    func accepted(_ text: String) {
        #expect(SKU(text)?.description == text)
        #expect(WarehouseCode(text)?.description == text)
    }

    @Test(
        "an invalid code is refused",
        arguments: [
            "", ".", "..", " ", "a b", "a ", "\ta", "a\n", "a\u{0}", "ä", "a\u{301}", "Ａ", "a%2Fb", "a\\b", "a:b",
            "a,b",
            "a\"", "😀", String(repeating: "x", count: 65), String(repeating: "ä", count: 32),
        ])
    func refused(_ text: String) {
        #expect(SKU(text) == nil)
        #expect(WarehouseCode(text) == nil)
    }

    @Test("a single ASCII character is a code if and only if the rule lists it")
    func everyCharacter() {
        let allowed = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-/".unicodeScalars)
        for value in UInt8.min...0x7F {
            let scalar = Unicode.Scalar(value)
            #expect((SKU(String(scalar)) != nil) == allowed.contains(scalar), "character \(value)")
            // A code may contain a point, but a point alone is not a code.
            #expect((SKU("a\(scalar)") != nil) == (allowed.contains(scalar) || scalar == "."), "character \(value)")
        }
    }

    @Test func `Bytes are a code if and only if their text is one`() {
        func isCode(_ bytes: [UInt8]) -> Bool { bytes.withUnsafeBytes { CodeBytes.isCode($0) } }
        for byte in UInt8.min...UInt8.max {
            for bytes in [[byte], [byte, byte], [UInt8(ascii: "a"), byte], [byte, UInt8(ascii: "a"), byte]] {
                let text = String(validating: bytes, as: UTF8.self)
                #expect(isCode(bytes) == (text.flatMap { WarehouseCode($0) } != nil), "\(bytes)")
            }
        }
        for length in [0, 1, 2, 3, 63, 64, 65, 66, 1_000] {
            #expect(isCode(Array(repeating: UInt8(ascii: "x"), count: length)) == (1...64).contains(length))
            #expect(isCode(Array(repeating: UInt8(ascii: "."), count: length)) == (3...64).contains(length))
        }
    }

    @Test("codes are case-sensitive")
    func exact() {
        #expect(SKU("a") != SKU("A"))
        #expect(WarehouseCode("w/1") != WarehouseCode("W/1"))
    }
}
