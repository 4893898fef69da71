import NIOCore

@testable import HTTP

/// A request without a body.
struct NoBody: HTTP.RequestBody {
    func read(upTo _: Int, _: (ByteBuffer) throws -> Void) async throws {}
}
