import HTTPTypes
import Testing

@testable import HTTPCore

@Suite("Routing")
struct RoutingTests {
    @Test(
        "an unknown path is the not_found problem",
        arguments: [
            "/", "/nope", "/products/", "/products//", "/inventory/a/b/c", "/reservations/x/steal", "//health/live",
        ]
    )
    func unknown(_ path: String) async throws {
        try await withAPI { api in
            let answer = try await api.get(path)
            #expect(answer.status == 404)
            #expect(answer.code == "not_found")
            #expect(answer.headers[.contentType] == "application/problem+json")
        }
    }

    @Test(
        "a known path by another method is 405 with what is allowed",
        arguments: [
            ("DELETE", "/products", "GET, HEAD, POST"), ("PUT", "/products/A", "GET, HEAD, PATCH"),
            ("GET", "/inventory/receive/x", "PUT"), ("GET", "/reservations", "POST"),
            ("PATCH", "/health/live", "GET, HEAD"),
            ("BREW", "/inventory", "GET, HEAD"), ("OPTIONS", "/inventory/batch", "POST"),
        ]
    )
    func methods(_ method: String, _ path: String, _ allowed: String) async throws {
        let method = try #require(HTTPRequest.Method(method))
        try await withAPI { api in
            let answer = try await api.send(method, path)
            #expect(answer.status == 405)
            #expect(answer.code == "method_not_allowed")
            #expect(answer.headers[.allow] == allowed)
        }
    }

    @Test("a literal takes precedence over a parameter, and the method decides between them")
    func precedence() {
        let table = EndpointTable([
            endpoint(.get, "/a/{id}"), endpoint(.get, "/a/low"), endpoint(.put, "/a/{x}/{y}"),
            endpoint(.get, "/a/{id}/at"),
        ])
        #expect(found(table, .get, "/a/low") == "/a/low []")
        #expect(found(table, .get, "/a/lower") == "/a/{id} [\"lower\"]")
        #expect(found(table, .put, "/a/b/at") == "/a/{x}/{y} [\"b\", \"at\"]")
        #expect(found(table, .get, "/a/b/at") == "/a/{id}/at [\"b\"]")
        #expect(found(table, .head, "/a/low") == "/a/low []")
        #expect(found(table, .get, "/a/b/c") == "405 PUT")
        #expect(found(table, .post, "/a/b/at") == "405 GET,HEAD,PUT")
        #expect(found(table, .get, "a/low") == "404")
        #expect(found(table, .get, "/a//at") == "404")
    }

    @Test("an absolute request target is reduced to its path")
    func targets() {
        func parts(_ text: String) -> [Substring] {
            let target = RequestTarget(text)
            return [target.path, target.query]
        }
        #expect(parts("/a?b=c#d") == ["/a", "b=c"])
        #expect(parts("http://host:1/a/b?c") == ["/a/b", "c"])
        #expect(parts("http://host") == ["", ""])
        #expect(parts("/a?b?c") == ["/a", "b?c"])
        #expect(parts("/a://b") == ["/a://b", ""])
    }

    private func endpoint(_ method: HTTPRequest.Method, _ path: PathTemplate) -> Endpoint {
        Endpoint(method, path, scope: nil, summary: "") { _ in APIResponse(.ok) }
    }

    private func found(_ table: EndpointTable, _ method: HTTPRequest.Method, _ path: Substring) -> String {
        switch table.match(method, path) {
        case .endpoint(let index, let values): "\(table.endpoints[index].path) \(values)"
        case .methodNotAllowed(let methods): "405 \(methods.map(\.rawValue).joined(separator: ","))"
        case .notFound: "404"
        }
    }
}
