/// An address that is safe in an SMTP command and in a header: `local@domain` in visible ASCII, without quotes,
/// brackets, commas and the like. Whether mail arrives there only the server knows.
struct MailAddress: Hashable, Sendable {
    let text: String

    /// RFC 5321, section 4.5.3.1.3: a path has 256 octets with its brackets.
    private static let longest = 254

    /// - Returns: nil when the text is of another form.
    init?(_ text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }), text.utf8.count <= Self.longest else { return nil }
        let isVisible = text.utf8.allSatisfy { byte in
            (0x21...0x7E).contains(byte) && !"<>,;:\"()[]\\".utf8.contains(byte)
        }
        guard isVisible else { return nil }
        self.text = text
    }
}
