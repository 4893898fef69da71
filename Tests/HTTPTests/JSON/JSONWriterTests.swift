import Domain
import NIOCore
import Testing

@testable import HTTPCore
@testable import JSON

@Suite("JSON writer")
struct JSONWriterTests {
    @Test("puts commas where they belong")
    func commas() {
        let text = written { writer in
            writer.object { writer in
                writer.member("a", [1, 2, 3]) { $0.integer(Int64($1)) }
                writer.member("b", nil as String?)
                writer.name("c")
                writer.object { _ in }
                writer.member("d", [] as [Int]) { $0.integer(Int64($1)) }
                writer.member("e", [[1], []]) { $0.array($1) { $0.integer(Int64($1)) } }
                writer.member("f", true)
            }
        }
        #expect(text == #"{"a":[1,2,3],"b":null,"c":{},"d":[],"e":[[1],[]],"f":true}"#)
    }

    @Test("escapes what must be escaped and nothing else")
    func escapes() {
        #expect(
            written { $0.string("a\"\\/\n\r\t\u{1}\u{1f}\u{7f}é😀\u{2028}") }
                == "\"a\\\"\\\\/\\n\\r\\t\\u0001\\u001f\u{7f}é😀\u{2028}\""
        )
    }

    @Test("writes integers and decimals exactly")
    func numbers() {
        #expect(written { $0.integer(.min) } == "-9223372036854775808")
        #expect(written { $0.decimal(thousandths: 412) } == "0.412")
        #expect(written { $0.decimal(thousandths: 12_005) } == "12.005")
        #expect(written { $0.decimal(thousandths: -5) } == "-0.005")
    }

    @Test func `A pair is written like its single members, at every length`() {
        for length in [0, 1, 15, 16, 64, 200, 511, 512, 513, 5_000] {
            var text = String(repeating: "x", count: length)
            for value in [0, -1, 9, 10, .max, .min] as [Int64] {
                let single = written { writer in
                    for _ in 0..<3 {
                        writer.object { writer in
                            writer.member("name", text)
                            writer.member("value", value)
                        }
                    }
                }
                let pieces = written { writer in
                    for _ in 0..<3 {
                        text.withUTF8 { writer.pair(("name", "value"), UnsafeRawBufferPointer($0), value) }
                    }
                }
                #expect(pieces == single)
                let strings = written { writer in
                    writer.array { writer in
                        writer.string(text)
                        text.withUTF8 { writer.plain(UnsafeRawBufferPointer($0)) }
                        writer.integer(value)
                    }
                }
                #expect(strings == "[\"\(text)\",\"\(text)\",\(value)]")
            }
        }
    }

    @Test("treats names of different bytes as different, even if they look alike")
    func composedNames() throws {
        let text = "{\"\u{E9}\":1,\"e\u{301}\":2,\"K\":3,\"\u{212A}\":4}"
        var writer = JSONWriter()
        writer.value(try JSONReader.read(Array(text.utf8)))
        #expect(Array(writer.buffer.readableBytesView) == Array(text.utf8))
    }

    @Test("writes the last of two members with one name")
    func duplicates() {
        #expect(
            written { $0.value(.object(["a": .integer(1), "b": .null, "a": .integer(2)])) } == #"{"b":null,"a":2}"#
        )
    }

    private func written(_ write: (inout JSONWriter) -> Void) -> String {
        var writer = JSONWriter()
        write(&writer)
        return String(buffer: writer.buffer)
    }
}
