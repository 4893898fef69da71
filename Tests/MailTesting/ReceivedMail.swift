import Foundation

/// A message as it arrived, and as Python's email library reads it.
public struct ReceivedMail: Sendable, Decodable {
    public struct Part: Sendable, Decodable {
        public let type: String
        public let charset: String?
        public let encoding: String
        public let disposition: String?
        /// Decoded; line breaks are CRLF.
        public let text: String
    }

    public struct Message: Sendable, Decodable {
        /// Names and decoded values, in order.
        public let headers: [[String]]
        public let type: String
        public let parts: [Part]
        /// Defects that the library found.
        public let defects: [String]
        /// Bytes of the longest line without its end.
        public let longestLine: Int
        /// CR without LF or LF without CR.
        public let bareLineBreaks: Int
        public let isASCII: Bool

        private enum CodingKeys: String, CodingKey {
            case headers
            case type
            case parts
            case defects
            case longestLine = "longest_line"
            case bareLineBreaks = "bare_line_breaks"
            case isASCII = "is_ascii"
        }

        /// The values of a header, decoded.
        public func values(_ name: String) -> [String] {
            headers.filter { $0[0].lowercased() == name.lowercased() }.map { $0[1] }
        }
    }

    /// The envelope's sender.
    public let sender: String
    public let recipients: [String]
    /// 1 for the first connection since the server was started.
    public let connection: Int
    public let isEncrypted: Bool
    /// `user by PLAIN`
    public let user: String?
    public let parsed: Message
    /// The message's bytes, without the dots that SMTP adds.
    public private(set) var raw: [UInt8] = []

    private enum CodingKeys: String, CodingKey {
        case sender
        case recipients
        case connection
        case isEncrypted = "is_encrypted"
        case user
        case parsed
    }

    static func read(_ base: String) throws -> ReceivedMail {
        let description = try Data(contentsOf: URL(fileURLWithPath: "\(base).json"))
        var mail = try JSONDecoder().decode(ReceivedMail.self, from: description)
        mail.raw = Array(try Data(contentsOf: URL(fileURLWithPath: "\(base).eml")))
        return mail
    }
}
