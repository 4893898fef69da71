package import HTTPTypes
package import NIOCore
package import UseCases

/// A body that a handler reads while it arrives.
package struct StreamedBody: Sendable {
    private let source: any RequestBody
    private let limit: Int
    private let head: HTTPRequest
    private let caller: String
    /// The caller's idempotency key, when the request has one.
    private let key: String?

    package init(_ source: any RequestBody, limit: Int, of head: HTTPRequest, key: String?, caller: String) {
        self.source = source
        self.limit = limit
        self.head = head
        self.key = key
        self.caller = caller
    }

    /// Delivers the whole body piece by piece.
    /// - Returns: the request's idempotency key with the hash of the whole body; nil for a request without a key.
    /// - Throws: the 413 problem for too many bytes, 400 when the length differs from `Content-Length`, `BrokenBody`, and
    ///   what `take` throws.
    package func read(_ take: (ByteBuffer) throws -> Void) async throws -> RequestKey? {
        var hasher = key.map { _ in RequestHasher(head) }
        var length = 0
        var refusal: (any Error)?
        do {
            try await source.read(upTo: limit) { piece in
                length += piece.readableBytes
                hasher?.update(piece)
                do {
                    try take(piece)
                } catch {
                    refusal = error
                    throw error
                }
            }
        } catch is NIOTooManyBytesError {
            throw Problem.payloadTooLarge(limit: limit)
        } catch {
            throw refusal ?? BrokenBody(underlying: error)
        }
        if let declared = head.headerFields[.contentLength].flatMap(Int.init), declared != length {
            throw Problem.wrongLength
        }
        guard let key, let hasher else { return nil }
        return RequestKey(caller: caller, key: key, requestHash: hasher.finish())
    }
}
