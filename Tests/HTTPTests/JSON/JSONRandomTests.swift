import Foundation
import NIOCore
import Testing

@testable import JSON

@Suite("JSON at random")
struct JSONRandomTests {
    @Test("the reader reads back what the writer writes, 5,000 values")
    func roundTrip() throws {
        var random = SplitMix(seed: 1)
        for _ in 0..<5_000 {
            let value = Self.value(&random, depth: 0)
            var writer = JSONWriter()
            writer.value(value)
            let bytes = Array(writer.buffer.readableBytesView)
            #expect(try JSONReader.read(bytes) == value)
            #expect(Self.foundationAccepts(bytes))
        }
    }

    @Test("mutated bytes never crash the reader, 100,000 inputs")
    func mutations() {
        var random = SplitMix(seed: 2)
        let seeds = Self.corpus.map { Array($0.utf8) }
        var accepted = 0
        for _ in 0..<100_000 {
            let bytes = Self.mutated(seeds[Int.random(in: 0..<seeds.count, using: &random)], &random)
            if (try? JSONReader.read(bytes)) != nil { accepted += 1 }
        }
        // Some inputs must be accepted and some rejected, or the mutations test nothing.
        #expect((1_000...99_000).contains(accepted))
    }

    @Test("Foundation accepts what the reader accepts, 20,000 inputs")
    func agreement() {
        var random = SplitMix(seed: 3)
        let seeds = Self.corpus.map { Array($0.utf8) }
        for _ in 0..<20_000 {
            let bytes = Self.mutated(seeds[Int.random(in: 0..<seeds.count, using: &random)], &random)
            guard (try? JSONReader.read(bytes)) != nil else { continue }
            #expect(Self.foundationAccepts(bytes), "\(String(decoding: bytes, as: UTF8.self))")
        }
    }

    @Test("the reader and Foundation agree on a corpus", arguments: corpus + refusals)
    func corpusAgreement(_ text: String) {
        #expect(Self.foundationAccepts(Array(text.utf8)) == ((try? JSONReader.read(Array(text.utf8))) != nil))
    }

    private static let corpus = [
        #"{"sku":"LAPTOP-001","warehouse_code":"WH1","quantity":50,"reason":"New shipment"}"#,
        #"{"order_id":"7c9e6679-7425-40de-944b-e07fc1f90ae7","items":[{"sku":"A","quantity":2}],"ttl":600}"#,
        #"[1,-0.5,1e10,2E-3,true,false,null,"",{"a":[]},[[]]]"#, #""\u00e9\ud83d\ude00\n\\""#, "0", "-1", "1.25",
        "[1,2", "{\"a\"}", "nul", "[1 2]", "\"\u{7F}é\"", "{}", "[]", " [ ] ", "{\"a\":{\"b\":{\"c\":[0]}}}",
    ]

    /// Without trailing commas, which Foundation accepts although RFC 8259 does not.
    private static let refusals = ["01", "1.", "[,1]", "\"\\x\"", "\"\\ud800\"", "", "+1", "{a:1}"]

    private static func foundationAccepts(_ bytes: [UInt8]) -> Bool {
        (try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)) != nil
    }

    private static func mutated(_ seed: [UInt8], _ random: inout SplitMix) -> [UInt8] {
        var bytes = seed
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            let place = Int.random(in: 0...bytes.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
            case 1 where place < bytes.count: bytes.remove(at: place)
            case 2 where place < bytes.count:
                bytes[place] = Array(#"{}[]":,\0e.-"#.utf8).randomElement(using: &random) ?? 0
            default: bytes.removeLast(min(bytes.count, Int.random(in: 0...2, using: &random)))
            }
        }
        return bytes
    }

    private static func value(_ random: inout SplitMix, depth: Int) -> JSONValue {
        switch Int.random(in: 0..<(depth > 4 ? 5 : 7), using: &random) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &random))
        case 2: return .integer(Int64.random(in: .min ... .max, using: &random))
        case 3: return .number(JSONNumber(text: "\(Int.random(in: -99...99, using: &random)).5e-3"))
        case 4: return .string(text(&random))
        case 5:
            return .array((0..<Int.random(in: 0...4, using: &random)).map { _ in value(&random, depth: depth + 1) })
        default:
            var object = JSONObject()
            for index in 0..<Int.random(in: 0...4, using: &random) {
                object.append("\(index)\(text(&random))", value(&random, depth: depth + 1))
            }
            return .object(object)
        }
    }

    private static func text(_ random: inout SplitMix) -> String {
        var text = ""
        for _ in 0..<Int.random(in: 0...12, using: &random) {
            let ranges: [ClosedRange<UInt32>] = [0...0x7F, 0x80...0x7FF, 0x800...0xD7FF, 0x1_0000...0x10_FFFF]
            let range = ranges.randomElement(using: &random) ?? 0...0x7F
            if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &random)) {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
