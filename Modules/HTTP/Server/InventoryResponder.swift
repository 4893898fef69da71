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
        let response = try await pipeline.respond(
            to: request.head, isLocal: isLocal, body: ArrivingBody(body: request.body))
        return Response(status: response.status, headers: response.headers, body: Self.body(of: response))
    }

    private static func body(of response: APIResponse) -> ResponseBody {
        guard let stream = response.stream else {
            return response.body.map(ResponseBody.init(byteBuffer:)) ?? ResponseBody()
        }
        return ResponseBody(asyncSequence: PulledPieces(stream: stream))
    }

    private static let proxyHeaders: Set<String> = ["forwarded", "x-forwarded-for", "via"]
}

/// Hummingbird's body of a request.
private struct ArrivingBody: HTTP.RequestBody {
    let body: Hummingbird.RequestBody

    func read(upTo limit: Int, _ take: (ByteBuffer) throws -> Void) async throws {
        var count = 0
        for try await piece in body {
            count += piece.readableBytes
            guard count <= limit else { throw NIOTooManyBytesError(maxBytes: limit) }
            try take(piece)
        }
    }
}

/// An answer's stream as Hummingbird sends it.
private struct PulledPieces: AsyncSequence, Sendable {
    let stream: AnswerStream

    func makeAsyncIterator() -> Iterator { Iterator(stream: stream) }

    struct Iterator: AsyncIteratorProtocol {
        let stream: AnswerStream
        private var bytes = 0

        init(stream: AnswerStream) { self.stream = stream }

        mutating func next() async throws -> ByteBuffer? {
            do {
                if let piece = try await stream.next() {
                    bytes += piece.readableBytes
                    return piece
                }
            } catch {
                stream.ended(bytes, error)
                throw error
            }
            stream.ended(bytes, nil)
            return nil
        }
    }
}

extension SocketAddress {
    /// 127.0.0.0/8 and ::1, also as an IPv6 socket shows the former.
    fileprivate var isLoopback: Bool {
        guard let text = ipAddress else { return false }
        return text == "::1" || text.hasPrefix("127.") || text.lowercased().hasPrefix("::ffff:127.")
    }
}
