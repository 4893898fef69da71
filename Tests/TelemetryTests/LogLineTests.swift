import Logging
import Testing

@testable import Telemetry

@Suite("Log lines")
struct LogLineTests {
    private func line(
        _ message: String,
        label: String = "api",
        _ metadata: Logger.Metadata = [:]
    ) -> LogLine {
        LogLine(
            time: LogTime(seconds: 1_795_359_600, milliseconds: 23),
            level: "info",
            label: label,
            message: message,
            metadata: metadata
        )
    }

    @Test("text has time, level, label, message and the metadata in order")
    func text() {
        #expect(
            line("started", ["port": "8080", "host": "::1"]).text
                == "2026-11-22T15:00:00.023Z info api started host=::1 port=8080"
        )
    }

    @Test("values that are not one plain word are quoted")
    func quoting() {
        let line = line("m", ["a": "", "b": "two words", "c": "x=y", "d": "say \"hi\"", "e": "c:\\d", "f f": "1"])
        #expect(
            line.text.hasSuffix(
                #"m a="" b="two words" c="x=y" d="say \"hi\"" e="c:\\d" "f f"=1"#
            )
        )
    }

    @Test("nothing in message, label, key or value can begin a second line or hide one")
    func injection() throws {
        let evil = "x\r\n2026 info api forged\u{0}\u{1B}[2J\u{85}\u{2028}\u{202E}\u{7F}"
        let line = line(evil, label: evil, [evil: .string(evil), "list": [.string(evil)]])
        for text in [line.text, line.json] {
            let bad = text.unicodeScalars.filter { scalar in
                scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value) || [0x2028, 0x202E].contains(scalar.value)
            }
            #expect(bad.isEmpty)
        }
        #expect(line.text.contains(#"x\r\n2026 info api forged\u0000\u001b[2J\u0085\u2028\u202e\u007f"#))
    }

    @Test("JSON has the metadata as members, nested values included")
    func json() {
        let line = line(
            "a \"b\"",
            ["n": "\(1)", "list": ["x", "y"], "map": ["k": "v"], "time": "own"]
        )
        #expect(
            line.json
                == #"{"time":"2026-11-22T15:00:00.023Z","level":"info","label":"api","message":"a \"b\"","list":["x","y"],"map":{"k":"v"},"n":"1","metadata_time":"own"}"#
        )
    }
}
