/// Writes RFC 4180: rows in, bytes out, with commas and CRLF. It quotes fields that a spreadsheet could split, and changes
/// nothing else, so that reading returns what was written.
public struct CSVWriter: Sendable {
    public private(set) var bytes: [UInt8] = []
    private var hasFields = false

    public init() {}

    /// Appends a field to the row; nil is an empty field.
    public mutating func field(_ text: String?) {
        if hasFields { bytes.append(UInt8(ascii: ",")) }
        hasFields = true
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
        hasFields = false
    }

    /// Removes and returns the bytes written since the last call.
    public mutating func take() -> [UInt8] {
        defer { bytes.removeAll(keepingCapacity: true) }
        return bytes
    }

    /// Semicolons and tabs too, so that a reader that guesses the delimiter guesses right.
    private static func needsQuotes(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t"), UInt8(ascii: "\""), UInt8(ascii: "\r"),
            UInt8(ascii: "\n"):
            true
        default: false
        }
    }
}
