import Testing
import UseCases

@testable import HTTPCore

@Suite("Encodings of URLs")
struct EncodingTests {
    @Test("a percent-encoded text is decoded once")
    func decode() {
        #expect(PercentEncoding.decode("a%2Fb%2fc") == "a/b/c")
        #expect(PercentEncoding.decode("a%252Fb") == "a%2Fb")
        #expect(PercentEncoding.decode("a+b") == "a+b")
        #expect(PercentEncoding.decode("a+b%2B", plusIsSpace: true) == "a b+")
        #expect(PercentEncoding.decode("%C3%A9") == "é")
    }

    @Test("invalid percent-encoding is refused", arguments: ["%", "%2", "%G0", "%2G", "%FF", "%C3", "a%ED%A0%80"])
    func undecodable(_ text: Substring) {
        #expect(PercentEncoding.decode(text) == nil)
    }

    @Test("a segment keeps only unreserved characters")
    func encode() {
        #expect(PercentEncoding.encode(segment: "A/b c%é\n~._-") == "A%2Fb%20c%25%C3%A9%0A~._-")
    }

    @Test("a query keeps its order, and empty values are left out")
    func query() {
        let query = QueryParameters("sku=A&sku=B%2F1&archived=&flag&bad=%GG&limit=1&limit=2&&=x")
        #expect(query[all: "sku"] == [.text("A"), .text("B/1")])
        #expect(query["archived"] == nil)
        #expect(query["flag"] == nil)
        #expect(query["bad"] == .undecodable)
        #expect(query["limit"] == .text("2"))
    }

    @Test("a cursor comes back as it was")
    func cursor() throws {
        let cursor = Cursor(["A/1", "é\"\\", "", "2026-11-22T15:00:00.123Z"])
        #expect(try Cursor(token: cursor.token) == cursor)
        #expect(cursor.token.utf8.allSatisfy { $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "=") })
    }

    @Test(
        "a cursor that we never made is refused",
        arguments: [
            "x", "!!!!", "YQ", "e30", "WzFd", "WyJcdTAwMDAiXQ", String(repeating: "A", count: 4_000),
        ]
    )
    func badCursors(_ token: String) {
        #expect(throws: Problem.self) { try Cursor(token: token) }
    }

    @Test("a media type is JSON by its name, in UTF-8")
    func contentTypes() {
        let good = [
            "application/json", "Application/JSON", "application/json; charset=utf-8",
            "application/json;charset=\"UTF-8\"",
            "", " ", "application/merge-patch+json", "application/vnd.api+json; version=1",
        ]
        let bad = ["text/plain", "application/jsonp", "text/json", "application/json; charset=latin-1", "+json"]
        #expect(good.allSatisfy(ContentType.isJSON))
        #expect(!bad.contains(where: ContentType.isJSON))
    }
}
