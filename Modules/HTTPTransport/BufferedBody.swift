import HTTPCore
import NIOCore

/// A body that was complete when its request began, as nearly all are.
struct BufferedBody: RequestBody {
    let bytes: ByteBuffer

    func read(upTo limit: Int, _ take: (ByteBuffer) throws -> Void) async throws {
        guard bytes.readableBytes <= limit else { throw NIOTooManyBytesError(maxBytes: limit) }
        if bytes.readableBytes > 0 { try take(bytes) }
    }
}
