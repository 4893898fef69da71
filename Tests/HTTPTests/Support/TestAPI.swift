import Foundation
import HTTPTypes
import Logging
import NIOCore
import OpenAPI
import Telemetry
import Testing
import UseCases

@testable import HTTPCore
@testable import HTTPTransport
@testable import InventoryRoutes

/// A client of the API over fake ports, without a socket.
struct TestAPI: Sendable {
    let pipeline: RequestPipeline
    /// Whether each response is checked against the description.
    var inspects = true

    func get(_ path: String, headers: HTTPFields = [:]) async throws -> TestAnswer {
        try await send(.get, path, nil, headers)
    }

    func post(_ path: String, _ body: String? = nil, headers: HTTPFields = [:]) async throws -> TestAnswer {
        try await send(.post, path, body.map { Array($0.utf8) }, headers)
    }

    func send(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ body: String,
        headers: HTTPFields = [:]
    ) async throws -> TestAnswer {
        try await send(method, path, Array(body.utf8), headers)
    }

    func send(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ body: [UInt8]? = nil,
        _ headers: HTTPFields = [:]
    ) async throws -> TestAnswer {
        let path = Self.rootPaths.contains(where: path.hasPrefix) ? path : "/api/v1" + path
        var head = HTTPRequest(method: method, scheme: nil, authority: "a", path: path, headerFields: headers)
        if let body, headers[.contentLength] == nil, headers[.transferEncoding] == nil {
            head.headerFields[.contentLength] = String(body.count)
        }
        let arrived = BufferedBody(bytes: ByteBuffer(bytes: body ?? []))
        let answer = try await TestAnswer(pipeline.respond(to: head, body: arrived))
        if inspects { AnswerInspection.shared.inspect(method, path, answer) }
        return answer
    }

    private static let rootPaths = ["/health", "/docs", "/openapi.json", "//"]
}

struct TestAnswer: Sendable {
    let status: Int
    let headers: HTTPFields
    let text: String

    init(status: Int, headers: HTTPFields, text: String) {
        self.status = status
        self.headers = headers
        self.text = text
    }

    init(_ response: APIResponse) async throws {
        var body = response.body ?? ByteBuffer()
        while let piece = try await response.stream?.next() { body.writeImmutableBuffer(piece) }
        self.init(status: response.status.code, headers: response.headers, text: String(buffer: body))
    }

    /// The body's members; empty unless it is a JSON object.
    var members: [String: Any] {
        (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any] ?? [:]
    }

    var code: String? { members["code"] as? String }
    var detail: String? { members["detail"] as? String }

    /// `field: message` of every fault of a 422.
    var faults: [String] {
        (members["errors"] as? [[String: String]] ?? []).map { "\($0["field"] ?? "?"): \($0["message"] ?? "?")" }
    }

    /// The fields at fault.
    var faultyFields: [String] {
        (members["errors"] as? [[String: String]] ?? []).compactMap { $0["field"] }
    }
}

/// The routes over fake ports, with their description.
func makeAPI(
    _ ports: TestPorts = TestPorts(),
    health: HealthMonitor = HealthMonitor([], limit: .milliseconds(50), logger: silence),
    credentials: AcceptedCredentials = .none,
    cache: any StockCache = EmptyCache()
) -> [Endpoint] {
    let routes = InventoryAPI(
        stock: StockService(directory: ports, commands: ports),
        reservations: ReservationService(directory: ports, commands: ports, queries: ports),
        reader: StockReader(directory: ports, queries: ports, cache: cache),
        catalogue: ports,
        queries: ports,
        imports: ports,
        alerts: ports,
        reports: ports,
        currency: "EUR",
        latencies: { ServiceLatencies(lockWait: .init(p50: 0.001, p95: 0.0025, p99: 1)) },
        health: health
    ).endpoints
    return routes + DocumentationEndpoints(beside: routes, credentials: credentials).endpoints
}

/// A logger that drops everything.
let silence = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// Runs the body with a client of a server over the ports.
/// - Parameter inspects: false where a fake returns what its real port never would.
func withAPI(
    _ ports: TestPorts = TestPorts(),
    checks: [HealthCheck] = [],
    authenticator: any Authenticator = OpenAuthenticator(),
    cache: any StockCache = EmptyCache(),
    inspects: Bool = true,
    _ body: @Sendable (TestAPI) async throws -> Void
) async throws {
    let routes = makeAPI(
        ports, health: HealthMonitor(checks, limit: .milliseconds(50), logger: silence),
        credentials: authenticator.credentials, cache: cache)
    let pipeline = RequestPipeline(routes, authenticator: authenticator, logger: silence)
    try await body(TestAPI(pipeline: pipeline, inspects: inspects))
}
