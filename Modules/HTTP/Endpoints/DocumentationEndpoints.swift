import HTTPTypes
import NIOCore

/// The API's description, for programs and for people. Made once; the page loads nothing from anywhere else.
struct DocumentationEndpoints: Sendable {
    /// Who may read it: everybody for now. api.md wants it open on loopback and with a `read` key elsewhere.
    static let scope: Scope? = nil

    let endpoints: [Endpoint]

    /// - Parameters:
    ///   - routes: all others; the description has them and these.
    ///   - asksForKey: false where authentication is switched off.
    init(beside routes: [Endpoint], asksForKey: Bool) {
        let described = OpenAPIDocument(routes + Self.make(json: .empty, page: .empty), asksForKey: asksForKey)
        let page = DocumentationPage(described)
        endpoints = Self.make(
            json: Asset(described.text.buffer, "application/json"),
            page: Asset(ByteBuffer(string: page.html), "text/html; charset=utf-8")
        )
    }

    private static func make(json: Asset, page: Asset) -> [Endpoint] {
        let style = Asset(ByteBuffer(string: DocumentationPage.style), "text/css; charset=utf-8")
        return [
            Endpoint(
                .get,
                "/openapi.json",
                scope: scope,
                summary: "Shows this description in OpenAPI 3.1",
                description: .getDescription
            ) { json.answer($0) },
            Endpoint(
                .get,
                "/docs",
                scope: scope,
                summary: "Shows this description in a browser",
                description: .getDocumentation
            ) { page.answer($0) },
            Endpoint(
                .get,
                "/docs/style.css",
                scope: scope,
                summary: "The look of `/docs`",
                description: .getDocumentationStyle
            ) { style.answer($0) },
        ]
    }
}

/// Bytes that stay as they are while the process lives.
private struct Asset: Sendable {
    static let empty = Asset(ByteBuffer(), "")

    private let bytes: ByteBuffer
    private let type: String
    private let tag: EntityTag

    init(_ bytes: ByteBuffer, _ type: String) {
        self.bytes = bytes
        self.type = type
        // FNV-1a: tells two versions of the program apart, no more.
        let hash = bytes.readableBytesView.reduce(UInt64(0xCBF2_9CE4_8422_2325)) { hash, byte in
            (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
        }
        tag = EntityTag(version: Int64(hash >> 1))
    }

    func answer(_ request: APIRequest) -> APIResponse {
        var response =
            tag.matches(request.headers)
            ? APIResponse(.notModified) : APIResponse(.ok, headers: [.contentType: type], body: bytes)
        response.headers[.eTag] = tag.description
        response.headers[.cacheControl] = "no-cache"
        response.headers[.contentSecurityPolicy] = Self.policy
        return response
    }

    /// Nothing but the page's own style, and nobody may frame it.
    private static let policy =
        "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}
