import HTTPTypes
import NIOCore
import Testing

@testable import HTTPCore
@testable import JSON
@testable import OpenAPI

@Suite("OpenAPI description")
struct OpenAPIDocumentTests {
    private let endpoints = makeAPI()

    @Test("every route is described under a unique name, and nothing else is")
    func everyRoute() throws {
        let ids = endpoints.compactMap { $0.description?.id }
        #expect(ids.count == endpoints.count)
        #expect(Set(ids).count == ids.count)
        let paths = try members(OpenAPIDocument(endpoints).json["paths"])
        var described: Set<String> = []
        for path in paths {
            for operation in try members(path.value) { described.insert("\(operation.name.uppercased()) \(path.name)") }
        }
        #expect(described == Set(endpoints.map { "\($0.method) \($0.path)" }))
    }

    @Test("a path's parameters are those of its template, and a route that reads a body describes it")
    func parameters() {
        for endpoint in endpoints {
            let described = endpoint.parameters.filter { $0.place == .path }.map(\.name)
            let inTemplate = endpoint.path.segments.compactMap {
                if case .parameter(let name) = $0 { name } else { nil }
            }
            #expect(described == inTemplate, "\(endpoint.path)")
            #expect((endpoint.body == .ignored) == (endpoint.description?.body == nil), "\(endpoint.path)")
            let takesKey = endpoint.parameters.contains { $0.name == "Idempotency-Key" }
            #expect(takesKey == (endpoint.method != .get), "\(endpoint.path)")
        }
    }

    @Test("the examples fit their schemas")
    func examples() throws {
        let checker = SchemaChecker(OpenAPIDocument(endpoints))
        for endpoint in endpoints {
            guard let description = endpoint.description else { continue }
            for sample in [description.body] + description.answers.map(\.content) {
                guard let sample, let example = sample.example, sample.mediaType == "application/json" else { continue }
                let value = try JSONReader.read(Array(example.utf8))
                #expect(checker.faults(value, .object(sample.schema.json)) == [], "\(description.id)")
            }
        }
    }

    @Test("every reference and every link has a target")
    func references() throws {
        let document = OpenAPIDocument(endpoints)
        for reference in Self.references(in: .object(document.json)) {
            var place = JSONValue.object(document.json)
            for name in reference.split(separator: "/").dropFirst() {
                place = try #require(try members(place).first { $0.name == name }?.value, "\(reference)")
            }
        }
        for link in endpoints.flatMap({ $0.description?.answers ?? [] }).flatMap(\.links) {
            let target = try #require(endpoints.first { $0.description?.id == link.operation }, "\(link.operation)")
            #expect(target.parameters.contains { $0.name == link.parameter })
        }
    }

    @Test("every error has its schema and its section on the page")
    func errors() async throws {
        try await withAPI { api in
            let page = try await api.get("/docs").text
            for code in ProblemCode.allCases {
                #expect(page.contains("id=\"\(code.type.split(separator: "#").last ?? "")\""))
                #expect(OpenAPIDocument(endpoints).components.contains { $0.name == code.schemaName })
            }
            for endpoint in endpoints { #expect(page.contains(endpoint.path.description)) }
        }
    }

    @Test("the page names no other host and has no script")
    func page() async throws {
        try await withAPI { api in
            let answer = try await api.get("/docs")
            #expect(answer.headers[.contentType] == "text/html; charset=utf-8")
            #expect(answer.headers[.contentSecurityPolicy]?.hasPrefix("default-src 'none'; style-src 'self'") == true)
            #expect(
                !answer.text.contains("://") && !answer.text.contains("<script") && !answer.text.contains("style=\""))
            let style = try await api.get("/docs/style.css")
            #expect(style.headers[.contentType] == "text/css; charset=utf-8")
            #expect(!style.text.contains("url(") && !style.text.contains("@import"))
        }
    }

    @Test("the document is generated from the routes, and a client that has it gets 304")
    func served() async throws {
        try await withAPI { api in
            let answer = try await api.get("/openapi.json")
            #expect(answer.text == String(buffer: OpenAPIDocument(endpoints, credentials: .none).text.buffer))
            let tag = try #require(answer.headers[.eTag])
            let again = try await api.get("/openapi.json", headers: [.ifNoneMatch: tag])
            #expect(again.status == 304)
            #expect(again.text.isEmpty)
        }
    }

    private static func references(in value: JSONValue) -> [String] {
        switch value {
        case .array(let elements): elements.flatMap(references)
        case .object(let object):
            object.members.flatMap { $0.name == "$ref" ? [$0.value.word] : references(in: $0.value) }
        default: []
        }
    }
}

private func members(_ value: JSONValue?) throws -> [JSONObject.Member] {
    guard case .object(let object)? = value else {
        Issue.record("an object is expected")
        return []
    }
    return object.members
}
