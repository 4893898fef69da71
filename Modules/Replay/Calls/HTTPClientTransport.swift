import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Synchronization

/// The transport on AsyncHTTPClient: keep-alive connections to all servers, which take calls in turn.
struct HTTPClientTransport: ReplayTransport {
    /// Longer than the server's own waits (5 s for a lock), so that its 503 arrives before this timeout.
    static let answerTimeout = TimeAmount.seconds(30)
    static let connectTimeout = TimeAmount.seconds(5)
    /// The largest responses, those of an opening stock call and of an order's reservations, stay below 300 KB.
    static let maximumAnswerBytes = 4 << 20

    private let client: HTTPClient
    private let bases: [String]
    private let authorization: String?
    private let calls = CallCounter()

    /// Counts calls. A class, because the struct is copied into every task.
    private final class CallCounter: Sendable {
        let count = Atomic<Int>(0)
    }

    init(urls: [String], key: String?, concurrency: Int) {
        var configuration = HTTPClient.Configuration()
        configuration.timeout.connect = Self.connectTimeout
        configuration.redirectConfiguration = .disallow
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = concurrency
        // A refused connection must be counted and retried by `RetryRules`, not hidden by the pool's own retries.
        configuration.connectionPool.retryConnectionEstablishment = false
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        bases = urls
        authorization = key.map { "Bearer \($0)" }
    }

    func send(_ request: ReplayRequest) async throws -> ReplayAnswer {
        var outgoing = HTTPClientRequest(url: nextBase() + request.path)
        outgoing.method = HTTPMethod(rawValue: request.method.rawValue)
        if let authorization { outgoing.headers.add(name: "Authorization", value: authorization) }
        if let key = request.idempotencyKey { outgoing.headers.add(name: "Idempotency-Key", value: key) }
        if !request.body.isEmpty {
            outgoing.headers.add(name: "Content-Type", value: "application/json")
            outgoing.body = .bytes(ByteBuffer(bytes: request.body))
        }
        let response = try await client.execute(outgoing, timeout: Self.answerTimeout)
        let body = try await response.body.collect(upTo: Self.maximumAnswerBytes)
        return ReplayAnswer(
            status: Int(response.status.code),
            retryAfterSeconds: response.headers.first(name: "Retry-After").flatMap { Int($0) },
            body: Array(body.readableBytesView)
        )
    }

    func close() async {
        // Nothing can be done about a client that fails to close when the program ends.
        try? await client.shutdown()
    }

    private func nextBase() -> String {
        let count = calls.count.wrappingAdd(1, ordering: .relaxed).oldValue
        return bases[Int(UInt(bitPattern: count) % UInt(bases.count))]
    }
}
