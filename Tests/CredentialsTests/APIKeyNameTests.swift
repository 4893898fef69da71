import Testing
import UseCases

@Suite("API key names")
struct APIKeyNameTests {
    @Test(
        "a name is 1 to 64 visible characters",
        arguments: [
            ("shop", true), ("Web shop 2", true), ("Größe-🛒", true), (String(repeating: "x", count: 64), true),
            ("", false), (String(repeating: "x", count: 65), false), (" shop", false), ("shop ", false), (" ", false),
            ("a\tb", false), ("a\nb", false), ("a\u{0}b", false), ("a\u{7F}b", false), ("a\u{85}b", false),
            ("a\u{A0}b", false), ("a\u{200B}b", false), ("a\u{202E}b", false), ("a\u{2028}b", false),
            ("a\u{E000}b", false), ("jwt:x", false), ("JWT:x", false), ("jWt:", false), ("jwt:\u{301}x", false),
            ("jwt", true), ("my jwt:x", true),
        ])
    func names(_ text: String, _ isName: Bool) {
        #expect((APIKeyName(text) != nil) == isName)
        #expect(APIKeyName(text).map(\.description) == (isName ? text : nil))
    }

    @Test("no key has the name of a token's actor, and two tokens' callers never share an actor")
    func tokenActors() throws {
        let parts = ["a", "b", "a|b", "jwt:a", "https://id.example/x", "\u{301}a", "é"]
        var seen: Set<[UInt8]> = []
        for issuer in parts.map(Optional.some) + [nil] {
            for subject in parts {
                let actor = try #require(TokenActor(issuer: issuer, subject: subject)).description
                #expect(APIKeyName(actor) == nil)
                #expect(seen.insert(Array(actor.utf8)).inserted, "\(actor)")
            }
        }
        for bad in ["", " ", "a b", "a\n", String(repeating: "é", count: 128)] {
            #expect(TokenActor(subject: bad) == nil)
            #expect(TokenActor(issuer: bad, subject: "a") == nil)
        }
    }
}
