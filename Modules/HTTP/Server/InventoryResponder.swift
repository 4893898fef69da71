import HTTPTypes
import Hummingbird
import NIOCore

/// Hummingbird's requests and responses on one side, the pipeline on the other.
struct InventoryResponder: HTTPResponder {
    /// What Hummingbird tells of a connection.
    struct Context: InitializableFromSource {
        /// Whether the other end is on this machine.
        let isLoopback: Bool

        init(source: ApplicationRequestContextSource) {
            isLoopback = source.channel.remoteAddress?.isLoopback ?? false
        }
    }

    let pipeline: RequestPipeline

    func respond(to request: Request, context: Context) async throws -> Response {
        // A proxy on this machine speaks for others: it says so, or it must be told what it may pass on.
        let isLocal =
            context.isLoopback && !request.headers.contains { Self.proxyHeaders.contains($0.name.canonicalName) }
        let response = try await pipeline.respond(to: request.head, isLocal: isLocal) { limit in
            try await request.body.collect(upTo: limit)
        }
        return Response(
            status: response.status,
            headers: response.headers,
            body: response.body.map(ResponseBody.init(byteBuffer:)) ?? ResponseBody()
        )
    }

    private static let proxyHeaders: Set<String> = ["forwarded", "x-forwarded-for", "via"]
}

extension SocketAddress {
    /// 127.0.0.0/8 and ::1, also as an IPv6 socket shows the former.
    fileprivate var isLoopback: Bool {
        guard let text = ipAddress else { return false }
        return text == "::1" || text.hasPrefix("127.") || text.lowercased().hasPrefix("::ffff:127.")
    }
}
