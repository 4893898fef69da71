import Credentials
import Domain
import HTTPTypes
import NIOCore
import Testing
import UseCases

@testable import HTTPCore
@testable import JSON

/// The decoders of request data, each called directly: far more inputs reach them than through requests.
@Suite("Fuzzed decoders", .serialized, .timeLimit(.minutes(60)))
struct DecoderFuzzTests {
    /// Calls with damaged texts, each with how it was made.
    private func eachDamaged(_ texts: [String], _ body: (String) -> Void) async {
        print(FuzzRun.words)
        for index in FuzzRun.first..<(FuzzRun.first + FuzzRun.count) {
            await FuzzRun.yield(index)
            var random = FuzzRun.random(index)
            body(ByteMutator.damaged(texts.randomElement(using: &random) ?? "", &random))
        }
    }

    @Test("accepted JSON is written and read back as the same value")
    func json() async {
        var taken = 0
        await eachDamaged([
            #"{"a":[1,-0.5e-3,"\u00e9\ud83d\ude00\n"],"b":{"c":null,"d":[true,false]}}"#, "[[],{}]", "-12.5E+2",
        ]) {
            guard let value = try? JSONReader.read(Array($0.utf8)) else { return }
            taken += 1
            var writer = JSONWriter()
            writer.value(value)
            #expect((try? JSONReader.read(Array(writer.buffer.readableBytesView))) == value.withLastMembers, "\($0)")
        }
        #expect(taken > 0)
    }

    @Test("an accepted time is written and read back as the same instant")
    func times() async {
        var taken = 0
        await eachDamaged([Samples.instantText, "2026-11-22T15:00:00+01:00", "1969-12-31T23:59:60.5-23:59"]) { text in
            guard let instant = RFC3339.parse(text) else { return }
            taken += 1
            // An offset may move the time beyond the years that can be written.
            guard (-62_167_219_200_000...253_402_300_799_999).contains(instant.milliseconds) else { return }
            #expect(RFC3339.parse(RFC3339.format(instant)) == instant, "\(text)")
        }
        #expect(taken > 0)
    }

    @Test("accepted percent-encoding is encoded and decoded as the same text")
    func percents() async {
        var taken = 0
        await eachDamaged(["LAPTOP%2F001", "%C3%A9+b", "a b"]) { text in
            for plusIsSpace in [true, false] {
                guard let decoded = PercentEncoding.decode(text[...], plusIsSpace: plusIsSpace) else { continue }
                taken += 1
                #expect(PercentEncoding.decode(PercentEncoding.encode(segment: decoded)[...]) == decoded, "\(text)")
            }
            _ = QueryParameters("\(text)=1&\(text)&a=\(text)")[all: "a"]
            _ = RequestTarget(text)
        }
        #expect(taken > 0)
    }

    @Test("an accepted cursor is encoded and decoded as the same cursor")
    func cursors() async {
        var taken = 0
        await eachDamaged([Cursor(["A/1", "é\"\\", ""]).token, Cursor([Samples.inventoryText]).token]) { text in
            guard let cursor = try? Cursor(token: text) else { return }
            taken += 1
            #expect((try? Cursor(token: cursor.token)) == cursor, "\(text)")
            #expect(cursor.values.allSatisfy { !$0.utf8.contains(0) })
        }
        #expect(taken > 0)
    }

    @Test("a damaged key is never another key, and a damaged entity tag never matches another version")
    func secrets() async throws {
        let secret = FakeKeys.secret()
        await eachDamaged(["Bearer \(secret.text)", "\"7\"", "W/\"7\", *", "application/json; charset=utf-8"]) { text in
            if let token = try? BearerToken([.authorization: text]), let found = APIKeySecret(token.text) {
                #expect(found.hash != secret.hash || token.text == secret.text, "\(text)")
            }
            let headers: HTTPFields = [.ifNoneMatch: text]
            if EntityTag(version: 7).matches(headers) {
                #expect(text.contains("\"7\"") || text.contains("*"), "\(text)")
            }
            _ = ContentType.isJSON(text)
            _ = ContentType.isCSV(text)
            #expect(RequestID.isSafe(RequestID.of([.requestID: text])))
        }
    }
}

extension JSONValue {
    /// The writer writes each name of an object once.
    fileprivate var withLastMembers: JSONValue {
        switch self {
        case .array(let elements): .array(elements.map(\.withLastMembers))
        case .object(let object):
            .object(object.uniqueMembers.reduce(into: JSONObject()) { $0.append($1.name, $1.value.withLastMembers) })
        default: self
        }
    }
}
