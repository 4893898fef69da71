import HTTPCore
import HTTPTypes
import JSON

/// The API's description in OpenAPI 3.1, generated from the routes.
struct OpenAPIDocument: Sendable {
    let endpoints: [Endpoint]
    let components: [SchemaComponent]
    let json: JSONObject

    /// - Parameters:
    ///   - endpoints: the routes; a route without a description is left out.
    ///   - credentials: the credentials that callers may use.
    init(_ endpoints: [Endpoint], credentials: AcceptedCredentials = .keys) {
        self.endpoints = endpoints
        components = SchemaComponent.referenced(by: endpoints)
        json = [
            "openapi": .string("3.1.1"),
            "info": .object([
                "title": .string("Inventory"), "version": .string("1"),
                "description": .string(
                    "A stock service that never sells a unit twice. Every error is `application/problem+json`; what each"
                        + " code means is at `/docs`. A known path by another method is 405 with `Allow`."
                ),
            ]),
            "servers": .array([.object(["url": .string("/")])]),
            "tags": .array(EndpointDescription.Tag.allCases.map { .object(["name": .string($0.rawValue)]) }),
            "paths": .object(Self.paths(endpoints, asksForKey: credentials != .none)),
            "components": .object(Self.components(components, credentials)),
        ]
    }

    private static func paths(_ endpoints: [Endpoint], asksForKey: Bool) -> JSONObject {
        var paths: [(path: String, operations: JSONObject)] = []
        for endpoint in endpoints {
            guard let operation = endpoint.operation(asksForKey: asksForKey) else { continue }
            let path = endpoint.path.description
            let method = endpoint.method.rawValue.lowercased()
            if let index = paths.firstIndex(where: { $0.path == path }) {
                paths[index].operations.append(method, .object(operation))
            } else {
                paths.append((path, [method: .object(operation)]))
            }
        }
        return paths.reduce(into: JSONObject()) { $0.append($1.path, .object($1.operations)) }
    }

    private static func components(
        _ components: [SchemaComponent], _ credentials: AcceptedCredentials
    ) -> JSONObject {
        var schemas = JSONObject()
        for component in components { schemas.append(component.name, .object(component.schema.json)) }
        var headers = JSONObject()
        for header in AnswerHeader.allCases {
            headers.append(
                header.rawValue,
                .object(["description": .string(header.text), "schema": .object(header.schema.json)])
            )
        }
        return [
            "schemas": .object(schemas),
            "headers": .object(headers),
            "responses": .object([
                "MethodNotAllowed": .object(ProblemAnswer(status: 405, codes: [.methodNotAllowed]).json)
            ]),
            "securitySchemes": .object([
                "key": .object([
                    "type": .string("http"), "scheme": .string("bearer"),
                    "description": .string(credentials.text),
                ])
            ]),
        ]
    }

    /// The document as it is sent.
    var text: JSONWriter {
        var writer = JSONWriter(capacity: 128 << 10)
        writer.value(.object(json))
        return writer
    }
}

extension AcceptedCredentials {
    /// What the bearer token may be.
    fileprivate var text: String {
        switch self {
        case .none, .keys: "An API key. Each operation names the scope that it needs."
        case .keysAndTokens:
            "An API key, or a JWT (HS256, RS256 or ES256) with `sub`, `exp` and a `scope` claim. Each operation names the"
                + " scope that it needs."
        }
    }
}
