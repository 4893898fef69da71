/// One call to a server of the API. The path begins with `/api/v1` and is escaped.
struct ReplayRequest: Equatable, Sendable {
    enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
    }

    var method: Method
    var path: String
    /// JSON; empty if there is no body.
    var body: [UInt8] = []
    var idempotencyKey: String?
}

/// What a server answered.
struct ReplayAnswer: Equatable, Sendable {
    var status: Int
    var retryAfterSeconds: Int?
    var body: [UInt8] = []

    var isSuccess: Bool { (200...299).contains(status) }
}

/// The network interface, which tests replace.
protocol ReplayTransport: Sendable {
    /// Sends once, without retries.
    /// - Throws: if no complete response arrived; the server may have acted all the same.
    func send(_ request: ReplayRequest) async throws -> ReplayAnswer

    /// Closes the connections. Nothing may be sent afterwards.
    func close() async
}
