import Crypto
import HTTPTypes
import NIOCore
import UseCases

/// The `Idempotency-Key` of a request: the same key with the same request has one effect and one response, for 24 hours.
enum IdempotencyKey {
    /// The methods that may change something.
    private static let methods: Set<HTTPRequest.Method> = [.post, .put, .patch, .delete]
    private static let length = 1...255

    /// - Returns: the key as the caller sent it; nil without a key or for a method that changes nothing.
    /// - Throws: the 422 problem for a malformed or repeated key.
    static func text(of head: HTTPRequest) throws(Problem) -> String? {
        guard methods.contains(head.method) else { return nil }
        let values = head.headerFields[values: .idempotencyKey]
        guard let key = values.first else { return nil }
        guard values.count == 1, length.contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            throw .validation([
                FieldFault(field: "Idempotency-Key", message: "must be 1 to 255 visible ASCII characters, given once")
            ])
        }
        return key
    }

    /// The key with the hash of the whole request.
    /// - Returns: as `text(of:)`.
    static func of(_ head: HTTPRequest, body: ByteBuffer, caller: String) throws(Problem) -> RequestKey? {
        guard let key = try text(of: head) else { return nil }
        var hasher = RequestHasher(head)
        hasher.update(body)
        return RequestKey(caller: caller, key: key, requestHash: hasher.finish())
    }
}

/// SHA-256 of the method, the path with its query, and the body, separated by zero bytes, which neither of the first two
/// can contain.
struct RequestHasher {
    private var hash = SHA256()

    init(_ head: HTTPRequest) {
        hash.update(data: Array(head.method.rawValue.utf8))
        hash.update(data: [0])
        hash.update(data: Array((head.path ?? "").utf8))
        hash.update(data: [0])
    }

    /// Adds the next piece of the body.
    mutating func update(_ piece: ByteBuffer) {
        piece.withUnsafeReadableBytes { hash.update(bufferPointer: $0) }
    }

    func finish() -> [UInt8] { Array(hash.finalize()) }
}

extension HTTPField.Name {
    static let idempotencyKey = name("Idempotency-Key")
    static let idempotentReplayed = name("Idempotent-Replayed")

    private static func name(_ text: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else { preconditionFailure("\(text) is not a field name") }
        return name
    }
}
