import NIOCore

@testable import HTTPCore

/// A request without a body.
struct EmptyBody: RequestBody {
    func read(upTo _: Int, _: (ByteBuffer) throws -> Void) async throws {}
}
