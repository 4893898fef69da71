/// Writes RFC 4180: rows in, bytes out, with commas and CRLF. What a spreadsheet could take for the end of a field is
/// quoted; nothing else of a value is changed, so that what is read again is what was written.
public struct CSVWriter: Sendable {
    public private(set) var bytes: [UInt8] = []
    private var isRowBegun = false

    public init() {}

    /// The next field of the row; nil is an empty one.
    public mutating func field(_ text: String?) {
        if isRowBegun { bytes.append(UInt8(ascii: ",")) }
        isRowBegun = true
        guard let text else { return }
        if text.utf8.contains(where: Self.needsQuotes) || text.utf8.first == UInt8(ascii: " ")
            || text.utf8.last == UInt8(ascii: " ")
        {
            bytes.append(UInt8(ascii: "\""))
            for byte in text.utf8 {
                if byte == UInt8(ascii: "\"") { bytes.append(byte) }
                bytes.append(byte)
            }
            bytes.append(UInt8(ascii: "\""))
        } else {
            bytes += text.utf8
        }
    }

    public mutating func endRow() {
        bytes.append(UInt8(ascii: "\r"))
        bytes.append(UInt8(ascii: "\n"))
        isRowBegun = false
    }

    /// What has been written since the last call.
    public mutating func take() -> [UInt8] {
        defer { bytes.removeAll(keepingCapacity: true) }
        return bytes
    }

    /// Semicolons and tabs too: a reader that guesses the delimiter must not guess wrong.
    private static func needsQuotes(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t"), UInt8(ascii: "\""), UInt8(ascii: "\r"),
            UInt8(ascii: "\n"):
            true
        default: false
        }
    }
}
