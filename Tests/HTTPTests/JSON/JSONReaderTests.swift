import Foundation
import Testing

@testable import JSON

@Suite("JSON reader")
struct JSONReaderTests {
    @Test("reads every kind of value")
    func kinds() throws {
        let text = #" {"a" : [1, -2.5e3, true, false, null, "x"], "b":{}, "c":[] } "#
        let expected = JSONValue.object([
            "a": .array([
                .integer(1), .number(JSONNumber(text: "-2.5e3")), .bool(true), .bool(false), .null, .string("x"),
            ]),
            "b": .object([:]), "c": .array([]),
        ])
        #expect(try read(text) == expected)
    }

    @Test("reads escapes and surrogate pairs")
    func escapes() throws {
        #expect(try read(#""\"\\\/\b\f\n\r\t\u0041\u00e9\ud83d\ude00 é""#) == .string("\"\\/\u{8}\u{c}\n\r\tAé😀 é"))
        #expect(try read(#""\u0000""#) == .string("\0"))
    }

    @Test("the last of two members with one name counts")
    func duplicates() throws {
        guard case .object(let object) = try read(#"{"a":1,"b":2,"a":3}"#) else { throw Unexpected() }
        #expect(object["a"] == .integer(3))
        #expect(object.uniqueMembers.map(\.name) == ["b", "a"])
    }

    @Test(
        "refuses what RFC 8259 does not allow",
        arguments: [
            "", " ", "{", "[", "[1", "[1,", "[1,]", "[,1]", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,}", "{a:1}",
            "{\"a\" 1}", "{1:1}", "tru", "trueish", "nul", "True", "NaN", "Infinity", "-", "+1", "01", "-01", "1.",
            ".5", "1e", "1e+", "1.e3", "0x10", "'a'", "\"", "\"a", "\"\\", "\"\\x\"", "\"\\u12\"", "\"\\u12G4\"",
            "\"a\nb\"", "\"\u{1}\"", "1 2", "{} {}", "[1]]", "// c\n1", "/**/1", "\u{FEFF}1", "\u{A0}1",
            #""\ud800""#, #""\ud800x""#, #""\ud800\n""#, #""\udc00""#, #""\ud800\ud800""#, #""\udc00\ud800""#,
        ]
    )
    func refusals(_ text: String) {
        #expect(throws: JSONSyntaxError.self) { try read(text) }
    }

    @Test(
        "refuses strings that are not UTF-8",
        arguments: [
            [0xFF], [0xC0, 0x80], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0x80], [0xF8],
        ] as [[UInt8]]
    )
    func invalidUTF8(_ bytes: [UInt8]) {
        #expect(throws: JSONSyntaxError(reason: "a string is not UTF-8", position: 2)) {
            try JSONReader.read([0x5B, 0x22] + bytes + [0x22, 0x5D])
        }
    }

    @Test("accepts 64 levels of nesting and no more")
    func depth() throws {
        func nested(_ levels: Int) -> String {
            String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
        }
        #expect(throws: Never.self) { try read(nested(64)) }
        #expect(throws: JSONSyntaxError(reason: "it nests deeper than 64", position: 64)) { try read(nested(65)) }
        #expect(throws: JSONSyntaxError.self) { try read(String(repeating: "{\"a\":", count: 500_000)) }
    }

    @Test("reports the position of an error")
    func positions() {
        #expect(throws: JSONSyntaxError(reason: "',' or '}' is expected", position: 7)) { try read(#"{"a":1 "b":2}"#) }
        #expect(throws: JSONSyntaxError(reason: "it ends too early", position: 5)) { try read(#"{"a":"#) }
    }

    private struct Unexpected: Error {}

    private func read(_ text: String) throws -> JSONValue {
        try JSONReader.read(Array(text.utf8))
    }
}
