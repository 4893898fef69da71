import HTTPTypes
import NIOCore
package import UseCases

/// The stored form of a response: its header lines, an empty line, its body.
extension KeptAnswer {
    package init(_ response: APIResponse) {
        var bytes: [UInt8] = []
        for field in response.headers {
            bytes += "\(field.name): \(field.value)\n".utf8
        }
        bytes.append(UInt8(ascii: "\n"))
        if let body = response.body { bytes += body.readableBytesView }
        self.init(status: response.status.code, bytes: bytes)
    }
}

extension APIResponse {
    /// The kept response, with a header that marks it as replayed.
    package init(replaying kept: KeptAnswer) {
        self.init(HTTPResponse.Status(code: kept.status))
        var rest = kept.bytes[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            let line = rest[..<end]
            rest = rest[(end + 1)...]
            guard !line.isEmpty else { break }
            let parts = String(decoding: line, as: UTF8.self).split(separator: ": ", maxSplits: 1)
            if parts.count == 2, let name = HTTPField.Name(String(parts[0])) { headers[name] = String(parts[1]) }
        }
        body = ByteBuffer(bytes: rest)
        headers[.idempotentReplayed] = "true"
    }
}
