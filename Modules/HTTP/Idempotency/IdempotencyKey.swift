import Crypto
import HTTPTypes
import NIOCore
import UseCases

/// The caller's name for a request that it may send again (api.md, *Idempotency*).
enum IdempotencyKey {
    /// The methods that may change something.
    private static let methods: Set<HTTPRequest.Method> = [.post, .put, .patch, .delete]
    private static let length = 1...255

    /// - Returns: nil when the caller gave no key, or the method changes nothing.
    /// - Throws: the 422 problem for a key that is none.
    static func of(_ head: HTTPRequest, body: ByteBuffer, caller: String) throws(Problem) -> RequestKey? {
        guard methods.contains(head.method) else { return nil }
        let values = head.headerFields[values: .idempotencyKey]
        guard let key = values.first else { return nil }
        guard values.count == 1, length.contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            throw .validation([
                FieldFault(field: "Idempotency-Key", message: "must be 1 to 255 visible ASCII characters, given once")
            ])
        }
        return RequestKey(caller: caller, key: key, requestHash: hash(head, body))
    }

    /// Of the method, the path with its query, and the body, with a zero byte between them, which none of the first two
    /// can hold.
    private static func hash(_ head: HTTPRequest, _ body: ByteBuffer) -> [UInt8] {
        var hash = SHA256()
        hash.update(data: Array(head.method.rawValue.utf8))
        hash.update(data: [0])
        hash.update(data: Array((head.path ?? "").utf8))
        hash.update(data: [0])
        hash.update(data: Array(body.readableBytesView))
        return Array(hash.finalize())
    }
}

extension HTTPField.Name {
    static let idempotencyKey = name("Idempotency-Key")
    static let idempotentReplayed = name("Idempotent-Replayed")

    private static func name(_ text: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else { preconditionFailure("\(text) is no field name") }
        return name
    }
}
