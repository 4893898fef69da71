/// The text of a MIME part, prepared for libcurl's quoted-printable encoder, which keeps only CRLF as a line break.
enum MessageBody {
    /// Turns every kind of line break into CRLF and leaves the rest unchanged.
    static func lines(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count + text.utf8.count / 40)
        var previous: UInt8 = 0
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\r"): bytes += [UInt8(ascii: "\r"), UInt8(ascii: "\n")]
            case UInt8(ascii: "\n") where previous == UInt8(ascii: "\r"): break
            case UInt8(ascii: "\n"): bytes += [UInt8(ascii: "\r"), UInt8(ascii: "\n")]
            default: bytes.append(byte)
            }
            previous = byte
        }
        return bytes
    }
}
