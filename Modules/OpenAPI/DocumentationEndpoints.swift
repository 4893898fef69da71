package import HTTPCore
import HTTPTypes
import JSON
import NIOCore
import Synchronization
import UseCases

/// The API's description as OpenAPI and as a page. Both are generated on the first request; the page loads nothing from
/// other hosts.
package struct DocumentationEndpoints: Sendable {
    package let endpoints: [Endpoint]

    /// - Parameters:
    ///   - routes: all other routes; the description covers them and these.
    ///   - credentials: the credentials that callers may use.
    package init(beside routes: [Endpoint], credentials: AcceptedCredentials) {
        let all = routes + Self.routes(json: Document("") { ByteBuffer() }, page: Document("") { ByteBuffer() })
        endpoints = Self.routes(
            json: Document("application/json") { OpenAPIDocument(all, credentials: credentials).text.buffer },
            page: Document("text/html; charset=utf-8") {
                ByteBuffer(string: DocumentationPage(OpenAPIDocument(all, credentials: credentials)).html)
            }
        )
    }

    private static func routes(json: Document, page: Document) -> [Endpoint] {
        let style = Document("text/css; charset=utf-8") { ByteBuffer(string: DocumentationPage.style) }
        return [
            Endpoint(
                .get,
                "/openapi.json",
                scope: .read,
                isOpenOnLoopback: true,
                summary: "Shows this description in OpenAPI 3.1",
                description: .getDescription
            ) { json.answer($0) },
            Endpoint(
                .get,
                "/docs",
                scope: .read,
                isOpenOnLoopback: true,
                summary: "Shows this description in a browser",
                description: .getDocumentation
            ) { page.answer($0) },
            Endpoint(
                .get,
                "/docs/style.css",
                scope: .read,
                isOpenOnLoopback: true,
                summary: "The look of `/docs`",
                description: .getDocumentationStyle
            ) { style.answer($0) },
        ]
    }
}

/// A document that is generated on the first request and kept until the process ends.
private final class Document: Sendable {
    private struct Content {
        let bytes: ByteBuffer
        let tag: EntityTag
    }

    private let type: String
    private let generate: @Sendable () -> ByteBuffer
    private let content = Mutex<Content?>(nil)

    init(_ type: String, _ generate: @escaping @Sendable () -> ByteBuffer) {
        self.type = type
        self.generate = generate
    }

    private var current: Content {
        content.withLock { content in
            if let content { return content }
            let bytes = generate()
            // FNV-1a only has to tell two versions of the program apart.
            let hash = bytes.readableBytesView.reduce(UInt64(0xCBF2_9CE4_8422_2325)) { hash, byte in
                (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
            }
            let new = Content(bytes: bytes, tag: EntityTag(version: Int64(hash >> 1)))
            content = new
            return new
        }
    }

    func answer(_ request: APIRequest) -> APIResponse {
        let current = current
        var response =
            current.tag.matches(request.headers)
            ? APIResponse(.notModified) : APIResponse(.ok, headers: [.contentType: type], body: current.bytes)
        response.headers[.eTag] = current.tag.description
        response.headers[.cacheControl] = "no-cache"
        response.headers[.contentSecurityPolicy] = Self.policy
        return response
    }

    /// Allows only the page's own style sheet, and forbids framing.
    private static let policy =
        "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}
