import UseCases

/// The header lines of an email that libcurl does not write itself. Nothing in the email can add a line.
enum MessageHeaders {
    /// RFC 5322, section 2.1.1: the recommended maximum length of a line.
    private static let recommendedLineLength = 78
    /// A Message-ID cannot be folded and must leave room for its name in a line of 998 bytes.
    private static let longestMessageID = 900

    /// - Parameter sender: already checked.
    static func lines(_ email: Email, sender: MailAddress) -> [String] {
        var lines = [
            "Date: \(MailDate.text(email.date))",
            "From: <\(sender.text)>",
            "To: \(recipients(email.to))",
            "Subject: \(SubjectHeader.value(email.subject))",
            // RFC 3834: suppresses automatic replies such as holiday notices.
            "Auto-Submitted: auto-generated",
            // On the outermost part libcurl would write multipart/mixed; it adds the boundary.
            "Content-Type: multipart/alternative",
        ]
        if let messageID = messageID(email.messageID) { lines.append("Message-ID: \(messageID)") }
        return lines
    }

    /// An empty group (RFC 5322, section 3.6.3) when no address can be written.
    private static func recipients(_ addresses: [String]) -> String {
        let addresses = addresses.compactMap(MailAddress.init)
        guard !addresses.isEmpty else { return "undisclosed-recipients:;" }
        var value = ""
        var lineLength = "To: ".utf8.count
        for (index, address) in addresses.enumerated() {
            let item = index == addresses.count - 1 ? address.text : address.text + ","
            if index > 0 {
                let isRoomy = lineLength + 1 + item.utf8.count <= recommendedLineLength
                value += isRoomy ? " " : "\r\n "
                lineLength = isRoomy ? lineLength + 1 : 1
            }
            value += item
            lineLength += item.utf8.count
        }
        return value
    }

    /// Keeps only visible ASCII between the brackets; nil when nothing is left.
    private static func messageID(_ text: String) -> String? {
        let inner = text.utf8.filter {
            (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "<") && $0 != UInt8(ascii: ">")
        }
        guard !inner.isEmpty else { return nil }
        return "<\(String(decoding: inner.prefix(longestMessageID), as: UTF8.self))>"
    }
}
