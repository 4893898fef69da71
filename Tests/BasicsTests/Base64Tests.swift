import Basics
import Foundation
import Testing

@Suite("Base64")
struct Base64Tests {
    private static let samples: [[UInt8]] = (0..<200).map { count in
        (0..<count).map { (index: Int) -> UInt8 in UInt8(truncatingIfNeeded: index * 37 + count * 11) }
    }

    @Test func `The padded form agrees with Foundation for every length`() {
        for bytes in Self.samples { #expect(Base64.encode(bytes) == Data(bytes).base64EncodedString()) }
    }

    @Test func `The form for URLs decodes to the encoded bytes for every length`() {
        for bytes in Self.samples { #expect(Base64URL.decode(Base64URL.encode(bytes).utf8) == bytes) }
        #expect(Base64URL.encode(Array("foob".utf8)) == "Zm9vYg")
        #expect(Base64URL.encode([0xFB, 0xFF]) == "-_8")
    }

    @Test(
        "Only the canonical form for URLs is decoded",
        arguments: ["Zm9vYg==", "+_8", "-/8", "Zm9v Yg", "Zm9vY", "Z", "Zm9vYh", "-_9", "é"])
    func canonicalOnly(_ text: String) {
        #expect(Base64URL.decode(text.utf8) == nil)
    }
}
