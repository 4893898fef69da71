import Hummingbird
import NIOCore

/// Hummingbird's requests and responses on one side, the pipeline on the other.
struct InventoryResponder: HTTPResponder {
    /// What Hummingbird tells of a connection; we need none of it.
    struct Context: InitializableFromSource {
        init(source _: ApplicationRequestContextSource) {}
    }

    let pipeline: RequestPipeline

    func respond(to request: Request, context _: Context) async throws -> Response {
        let response = try await pipeline.respond(to: request.head) { limit in
            try await request.body.collect(upTo: limit)
        }
        return Response(
            status: response.status,
            headers: response.headers,
            body: response.body.map(ResponseBody.init(byteBuffer:)) ?? ResponseBody()
        )
    }
}
