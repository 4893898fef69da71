internal import CCurl

/// The two parts of an email in libcurl's MIME structure. A handle retains it as long as it refers to it.
final class CurlMessage {
    let mime: OpaquePointer

    /// - Throws: when there is no memory.
    init(text: String, html: String, handle: UnsafeMutableRawPointer) throws(SMTPFailure) {
        guard let mime = curl_mime_init(handle) else { throw .noMemory }
        // The plainest part comes first: a mail client shows the last one that it understands (RFC 2046, section
        // 5.1.4).
        let isComplete =
            Self.add(text, type: "text/plain; charset=UTF-8", to: mime)
            && Self.add(html, type: "text/html; charset=UTF-8", to: mime)
        guard isComplete else {
            curl_mime_free(mime)
            throw .noMemory
        }
        self.mime = mime
    }

    deinit {
        curl_mime_free(mime)
    }

    private static func add(_ content: String, type: String, to mime: OpaquePointer) -> Bool {
        guard let part = curl_mime_addpart(mime) else { return false }
        let copied = MessageBody.lines(content).withUnsafeBytes { bytes in
            curl_mime_data(part, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
        }
        return copied == CURLE_OK && curl_mime_type(part, type) == CURLE_OK
            // Quoted-printable lines are short and ASCII, so every server passes them on unchanged.
            && curl_mime_encoder(part, "quoted-printable") == CURLE_OK
    }
}
