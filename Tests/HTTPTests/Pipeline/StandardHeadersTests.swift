import HTTPTypes
import Logging
import Testing
import UseCases

@testable import HTTPCore

@Suite("Headers of every answer")
struct StandardHeadersTests {
    /// The restrictions of every response, except the two headers that a route may replace.
    private static let always = [
        "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer",
        "Cross-Origin-Resource-Policy": "same-origin",
    ]

    private func pipeline(
        _ ports: TestPorts = TestPorts(), _ authenticator: any Authenticator, isSecure: Bool = false
    ) -> RequestPipeline {
        RequestPipeline(
            makeAPI(ports, credentials: authenticator.credentials), authenticator: authenticator,
            metrics: RequestMetrics(factory: RecordingMetrics()), logger: silence, isSecure: isSecure)
    }

    private func head(_ method: HTTPRequest.Method, _ path: String, _ headers: HTTPFields = [:]) -> HTTPRequest {
        HTTPRequest(method: method, scheme: nil, authority: nil, path: path, headerFields: headers)
    }

    @Test("every route, known or not, restricts browsers and forbids caching")
    func everyRoute() async throws {
        // Every caller is refused, so no port is called; open routes respond as usual.
        let pipeline = pipeline(TestPorts(), FakeKeys().authenticator)
        var heads = pipeline.table.endpoints.map { endpoint in
            head(endpoint.method, endpoint.path.description.replacing(/\{\w+\}/) { _ in "x" })
        }
        heads += [head(.get, "/nope"), head(.delete, "/docs"), head(.head, "/health/live"), head(.options, "/")]
        for head in heads {
            let answer = try await pipeline.respond(to: head, body: EmptyBody())
            for (name, value) in Self.always {
                #expect(
                    answer.headers[values: try #require(.init(name))] == [value], "\(head.method) \(head.path ?? "")")
            }
            #expect(answer.headers[values: .cacheControl] == ["no-store"], "\(head.path ?? "")")
            #expect(
                answer.headers[values: .contentSecurityPolicy] == ["default-src 'none'; frame-ancestors 'none'"],
                "\(head.path ?? "")")
            #expect(answer.headers[values: .requestID].count == 1)
            #expect(answer.headers[.strictTransportSecurity] == nil)
        }
    }

    @Test("a page has its own policy, which allows no inline code")
    func page() async throws {
        let pipeline = pipeline(TestPorts(), OpenAuthenticator())
        for path in ["/docs", "/docs/style.css", "/openapi.json"] {
            let answer = try await pipeline.respond(to: head(.get, path), body: EmptyBody())
            let policies = answer.headers[values: .contentSecurityPolicy]
            #expect(policies.count == 1, "\(path)")
            let policy = try #require(policies.first)
            #expect(policy.hasPrefix("default-src 'none'; ") && policy.contains("frame-ancestors 'none'"))
            #expect(!policy.contains("unsafe") && !policy.contains("data:") && !policy.contains("*"))
            #expect(answer.headers[values: .cacheControl] == ["no-cache"], "\(path)")
        }
    }

    @Test("a record may be cached by its caller only, and must be revalidated each time")
    func record() async throws {
        var ports = TestPorts()
        ports.record = { _ in Samples.record }
        let pipeline = pipeline(ports, OpenAuthenticator())
        let path = "/api/v1/inventory/\(Samples.inventoryText)"
        for (headers, status) in [([:], 200), ([.ifNoneMatch: "\"7\""], 304)] as [(HTTPFields, Int)] {
            let answer = try await pipeline.respond(to: head(.get, path, headers), body: EmptyBody())
            #expect(answer.status.code == status)
            #expect(answer.headers[values: .cacheControl] == ["private, no-cache"])
            #expect(answer.headers[.eTag] == "\"7\"")
        }
    }

    @Test("over TLS, and only there, the response requires TLS for a year")
    func strictTransport() async throws {
        let pipeline = pipeline(TestPorts(), OpenAuthenticator())
        let tls = self.pipeline(TestPorts(), OpenAuthenticator(), isSecure: true)
        for path in ["/health/live", "/nope", "/docs"] {
            let secure = try await tls.respond(to: head(.get, path), body: EmptyBody())
            #expect(secure.headers[values: .strictTransportSecurity] == ["max-age=31536000"])
            let open = try await pipeline.respond(to: head(.get, path), body: EmptyBody())
            #expect(!open.headers.contains(.strictTransportSecurity))
        }
    }
}
