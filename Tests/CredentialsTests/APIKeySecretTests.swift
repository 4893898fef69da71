import Credentials
import TestSupport
import Testing
import UseCases

@Suite("API key texts")
struct APIKeySecretTests {
    @Test("a key has its prefix and 64 hexadecimal digits, and is read back as it was shown")
    func form() throws {
        var random = SystemRandomNumberGenerator()
        let secret = APIKeySecret(using: &random)
        #expect(secret.text.wholeMatch(of: /inv_[0-9a-f]{64}/) != nil)
        #expect(secret.text.utf8.count == APIKeySecret.length)
        #expect(try #require(APIKeySecret(secret.text)).hash == secret.hash)
    }

    @Test("no two keys are equal, and each digit is random")
    func randomness() {
        var random = SystemRandomNumberGenerator()
        let texts = (0..<1_000).map { _ in APIKeySecret(using: &random).text }
        #expect(Set(texts).count == texts.count)
        for place in 4..<APIKeySecret.length {
            let digits = Set(texts.map { $0.utf8.dropFirst(place).first })
            #expect(digits.count == 16, "place \(place)")
        }
    }

    @Test(
        "a text without the form of a key is refused",
        arguments: [
            "", "inv_", "inv_" + String(repeating: "0", count: 63), "inv_" + String(repeating: "0", count: 65),
            "inv_" + String(repeating: "A", count: 64), "INV_" + String(repeating: "0", count: 64),
            "inv_" + String(repeating: "é", count: 32), "key_" + String(repeating: "0", count: 64),
            "inv_" + String(repeating: "g", count: 64), String(repeating: "0", count: 68),
        ])
    func refused(_ text: String) {
        #expect(APIKeySecret(text) == nil)
    }

    @Test("the hash is SHA-256 of the text")
    func hash() throws {
        let secret = try #require(APIKeySecret("inv_" + String(repeating: "0", count: 64)))
        let hex = secret.hash.bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        // printf inv_000… | sha256sum
        #expect(hex == "37eb44c01f4e5fbeaee942efe391761dc0481125fe0a67cb9f029a39a7aaec56")
    }

    @Test("an interpolated or dumped key does not show its text")
    func redaction() {
        var random = SystemRandomNumberGenerator()
        let secret = APIKeySecret(using: &random)
        var dumped = ""
        dump(secret, to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), dumped] {
            #expect(!text.contains(secret.text.dropFirst(4).prefix(8)), "\(text)")
        }
    }

    @Test("two hashes are equal when every byte is")
    func equality() throws {
        let bytes = (0..<32).map { UInt8($0 * 7) }
        let hash = try #require(APIKeyHash(bytes))
        #expect(hash.bytes == bytes)
        #expect(try #require(APIKeyHash(bytes)) == hash)
        for index in bytes.indices {
            var other = bytes
            other[index] ^= 1
            #expect(try #require(APIKeyHash(other)) != hash, "byte \(index)")
        }
        #expect(APIKeyHash(bytes.dropLast()) == nil && APIKeyHash(bytes + [0]) == nil)
    }
}
