import Basics

/// The value of a `Subject` header for any text, in lines that mail servers pass on unchanged.
enum SubjectHeader {
    /// RFC 2047, section 2: a line with an encoded word has at most 76 characters.
    private static let longestLine = 76
    private static let nameLength = "Subject: ".utf8.count
    private static let prefix = "=?UTF-8?B?"
    private static let suffix = "?="
    /// RFC 2047, section 2.
    private static let longestWord = 75

    /// - Returns: the value, folded with CRLF and a space. Control characters are replaced by spaces.
    static func value(_ subject: String) -> String {
        let subject = DisplayText.clean(subject)
        return plain(subject) ?? encoded(subject)
    }

    /// The subject as it is, folded, if it consists of visible ASCII words with single spaces between them; else nil. A
    /// "=?" would be read as an encoded word.
    private static func plain(_ subject: String) -> String? {
        guard subject.utf8.allSatisfy({ (0x20...0x7E).contains($0) }), !subject.contains("=?") else { return nil }
        let words = subject.split(separator: " ", omittingEmptySubsequences: false)
        guard words.allSatisfy({ (1...(longestLine - nameLength)).contains($0.utf8.count) }) else { return nil }
        var value = ""
        var lineLength = nameLength
        for word in words {
            if value.isEmpty {
                lineLength += word.utf8.count
            } else if lineLength + 1 + word.utf8.count <= longestLine {
                value += " "
                lineLength += 1 + word.utf8.count
            } else {
                value += "\r\n "
                lineLength = 1 + word.utf8.count
            }
            value += word
        }
        return value
    }

    private static func encoded(_ subject: String) -> String {
        var words: [String] = []
        var chunk: [UInt8] = []
        for piece in pieces(subject) {
            if chunk.count + piece.count > capacity(isFirst: words.isEmpty) {
                words.append(word(chunk))
                chunk = []
            }
            chunk += piece
        }
        if !chunk.isEmpty { words.append(word(chunk)) }
        return words.joined(separator: "\r\n ")
    }

    /// The units that must not be split: RFC 2047, section 5, forbids splitting a scalar, and clients that decode word
    /// by word would show a split character as two. Only a character too long for any word is split, between its
    /// scalars.
    private static func pieces(_ subject: String) -> [[UInt8]] {
        subject.flatMap { character in
            let bytes = Array(character.utf8)
            return bytes.count <= capacity(isFirst: true)
                ? [bytes] : character.unicodeScalars.map { Array($0.utf8) }
        }
    }

    private static func word(_ bytes: [UInt8]) -> String { prefix + Base64.encode(bytes) + suffix }

    /// How many bytes one encoded word holds; the first word shares its line with the header's name.
    private static func capacity(isFirst: Bool) -> Int {
        let length = isFirst ? min(longestWord, longestLine - nameLength) : longestWord
        return (length - prefix.utf8.count - suffix.utf8.count) / 4 * 3
    }
}
