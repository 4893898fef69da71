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
            ("a\u{E000}b", false),
        ])
    func names(_ text: String, _ isName: Bool) {
        #expect((APIKeyName(text) != nil) == isName)
        #expect(APIKeyName(text).map(\.description) == (isName ? text : nil))
    }
}
