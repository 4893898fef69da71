import HTTPCore
import HTTPTypes
import NIOCore

/// Writes the head of an answer for HTTP/1.1 (RFC 9112, section 4), straight into the bytes that are sent.
enum HTTP1Encoder {
    /// A body of up to this many bytes is copied behind its head; a larger one is written separately.
    static let highestCopiedBytes = 16 << 10

    /// - Parameters:
    ///   - length: of the body; nil when it is not known, and then the headers may have it.
    ///   - connection: the value of the `Connection` header; nil for no such header.
    static func write(
        _ answer: APIResponse,
        length: Int?,
        isChunked: Bool,
        date: String,
        connection: String?,
        to buffer: inout ByteBuffer
    ) {
        buffer.writeString("HTTP/1.1 ")
        buffer.writeString(String(answer.status.code))
        buffer.writeString(" ")
        buffer.writeString(answer.status.reasonPhrase)
        buffer.writeString("\r\n")
        var hasLength = false
        for field in answer.headers {
            if field.name == .contentLength { hasLength = true }
            buffer.writeString(field.name.rawName)
            buffer.writeString(": ")
            buffer.writeString(field.value)
            buffer.writeString("\r\n")
        }
        if isChunked {
            buffer.writeString("Transfer-Encoding: chunked\r\n")
        } else if let length, !hasLength, answer.status.mayHaveBody {
            buffer.writeString("Content-Length: ")
            buffer.writeString(String(length))
            buffer.writeString("\r\n")
        }
        if let connection {
            buffer.writeString("Connection: ")
            buffer.writeString(connection)
            buffer.writeString("\r\n")
        }
        buffer.writeString("Date: ")
        buffer.writeString(date)
        buffer.writeString("\r\n\r\n")
    }
}

extension HTTPResponse.Status {
    /// RFC 9110, section 6.4.1.
    var mayHaveBody: Bool { code >= 200 && code != 204 && code != 304 }
}
