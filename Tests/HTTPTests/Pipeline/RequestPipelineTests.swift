import HTTPTypes
import Logging
import NIOCore
import Testing
import UseCases

@testable import HTTPCore

@Suite("Request pipeline")
struct RequestPipelineTests {
    @Test(
        "a sane request id comes back, any other is replaced",
        arguments: [
            ("abc-123", true), (String(repeating: "x", count: 128), true), ("!#$%&()*+,/:<=>?@[]^_{|}~", true),
            ("", false), (String(repeating: "x", count: 129), false), ("a b", false), ("a\"b", false), ("a;b", false),
            ("é", false),
        ]
    )
    func requestID(_ given: String, _ isSafe: Bool) async throws {
        try await withAPI { api in
            let answer = try await api.get("/health/live", headers: [.requestID: given])
            let id = try #require(answer.headers[.requestID])
            #expect((id == given) == isSafe)
            let uuid = /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/
            if !isSafe { #expect(id.wholeMatch(of: uuid) != nil) }
        }
    }

    @Test("every response forbids type sniffing")
    func noSniff() async throws {
        try await withAPI { api throws in
            for path in ["/health/live", "/nope"] {
                #expect(try await api.get(path).headers[.contentTypeOptions] == "nosniff")
            }
        }
    }

    @Test("an unknown caller gets 401, a caller without the scope 403, a caller over its rate 429")
    func authentication() async throws {
        try await withAPI(authenticator: Refusing(failure: .unauthorized(reason: "expired"))) { api in
            let answer = try await api.get("/inventory")
            #expect(answer.status == 401)
            #expect(answer.code == "unauthorized")
            #expect(answer.headers[.wwwAuthenticate] == "Bearer")
            #expect(!answer.text.contains("expired"))
            #expect(try await api.get("/health/live").status == 200)
        }
        try await withAPI(authenticator: Refusing(failure: .rateLimited(retryAfterSeconds: 3))) { api in
            let answer = try await api.get("/inventory")
            #expect(answer.status == 429)
            #expect(answer.headers[.retryAfter] == "3")
        }
        try await withAPI(authenticator: Refusing(failure: .unavailable(cause: "x"))) { api throws in
            #expect(try await api.get("/inventory").status == 503)
        }
        try await withAPI(authenticator: Reader()) { api in
            let answer = try await api.post("/inventory/receive", "{}")
            #expect(answer.status == 403)
            #expect(answer.code == "forbidden")
            #expect(answer.members["required_scope"] as? String == "stock:write")
            #expect(try await api.get("/inventory?limit=0").status == 422)
        }
    }

    @Test("each route requires the scope of its section")
    func scopes() {
        let scopes = Dictionary(
            uniqueKeysWithValues: makeAPI().map { ("\($0.method) \($0.path)", $0.scope?.rawValue ?? "open") }
        )
        let api = "/api/v1"
        for (route, scope) in scopes where route.hasPrefix("GET \(api)") { #expect(scope == "read", "\(route)") }
        #expect(scopes["GET /health/ready"] == "open")
        #expect(scopes["PUT \(api)/inventory/{sku}/{warehouse_code}"] == "catalog:write")
        #expect(scopes["POST \(api)/products"] == "catalog:write")
        #expect(scopes["PATCH \(api)/warehouses/{code}"] == "catalog:write")
        #expect(scopes["POST \(api)/inventory/batch"] == "stock:write")
        #expect(scopes["POST \(api)/inventory/transfer"] == "stock:write")
        #expect(scopes["POST \(api)/reservations"] == "reservations:write")
        #expect(scopes["POST \(api)/reservations/{order_id}/extend"] == "reservations:write")
    }

    @Test("each request has one log line, with the template and not the path; its cause has the same id")
    func logs() async throws {
        let log = RecordingLog()
        let endpoints = [
            Endpoint(.get, "/a/{id}", scope: nil, summary: "") { _ in
                throw ServiceFailure.internalFault(cause: "SELECT 1")
            }
        ]
        let pipeline = RequestPipeline(
            endpoints,
            authenticator: OpenAuthenticator(),
            metrics: RequestMetrics(factory: RecordingMetrics()),
            logger: Logger(label: "test") { _ in log }
        )
        let head = HTTPRequest(
            method: .get,
            scheme: nil,
            authority: nil,
            path: "/a/secret",
            headerFields: [.requestID: "r-1"]
        )
        _ = try await pipeline.respond(to: head, body: EmptyBody())
        let lines = log.lines.all
        #expect(lines.count == 2)
        #expect(
            lines[0].contains("error") && lines[0].contains("cause=SELECT 1") && lines[0].contains("request_id=r-1")
        )
        #expect(
            lines[1].contains("route=/a/{id}") && lines[1].contains("status=500") && lines[1].contains("method=GET")
        )
        #expect(lines[1].contains("request_id=r-1") && lines[1].contains("duration_ms=") && lines[1].contains("bytes="))
        #expect(!lines.joined().contains("secret"))
    }

    @Test("timers are labelled by template, method and status, never by text from a request")
    func metrics() {
        let registry = RecordingMetrics()
        let metrics = RequestMetrics(factory: registry)
        for method in ["GET", "X1", "X2", "X3"].compactMap({ HTTPRequest.Method($0) }) {
            metrics.record(.milliseconds(5), endpoint: nil, route: nil, method: method, status: 404)
        }
        metrics.record(.milliseconds(5), endpoint: 3, route: "/a/{id}", method: .get, status: 200)
        metrics.record(.milliseconds(7), endpoint: 3, route: "/a/{id}", method: .get, status: 200)
        #expect(registry.timers.count == 3)
        let name = "http_request_duration_seconds{method=GET,route=/a/{id},status=200}"
        #expect(registry.timers[name] == [5_000_000, 7_000_000])
    }

    private struct Refusing: Authenticator {
        var credentials: AcceptedCredentials { .keys }

        let failure: AuthenticationFailure
        func authenticate(_: HTTPFields) async throws(AuthenticationFailure) -> Principal { throw failure }
    }

    private struct Reader: Authenticator {
        var credentials: AcceptedCredentials { .keys }

        func authenticate(_: HTTPFields) async throws(AuthenticationFailure) -> Principal {
            Principal(name: "reader", scopes: [.read])
        }
    }
}
