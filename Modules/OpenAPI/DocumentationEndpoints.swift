package import HTTPCore
import HTTPTypes
import JSON
import NIOCore
import Synchronization
import UseCases

/// The API's description, for programs and for people. Made once, for the first who asks; the page loads nothing from anywhere else.
package struct DocumentationEndpoints: Sendable {
    package let endpoints: [Endpoint]

    /// - Parameters:
    ///   - routes: all others; the description has them and these.
    ///   - credentials: how callers say who they are.
    package init(beside routes: [Endpoint], credentials: AcceptedCredentials) {
        let all = routes + Self.make(json: Asset("") { ByteBuffer() }, page: Asset("") { ByteBuffer() })
        endpoints = Self.make(
            json: Asset("application/json") { OpenAPIDocument(all, credentials: credentials).text.buffer },
            page: Asset("text/html; charset=utf-8") {
                ByteBuffer(string: DocumentationPage(OpenAPIDocument(all, credentials: credentials)).html)
            }
        )
    }

    private static func make(json: Asset, page: Asset) -> [Endpoint] {
        let style = Asset("text/css; charset=utf-8") { ByteBuffer(string: DocumentationPage.style) }
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

/// Bytes that are made when somebody first asks, and stay as they are while the process lives.
private final class Asset: Sendable {
    private struct Made {
        let bytes: ByteBuffer
        let tag: EntityTag
    }

    private let type: String
    private let make: @Sendable () -> ByteBuffer
    private let made = Mutex<Made?>(nil)

    init(_ type: String, _ make: @escaping @Sendable () -> ByteBuffer) {
        self.type = type
        self.make = make
    }

    private var current: Made {
        made.withLock { made in
            if let made { return made }
            let bytes = make()
            // FNV-1a: tells two versions of the program apart, no more.
            let hash = bytes.readableBytesView.reduce(UInt64(0xCBF2_9CE4_8422_2325)) { hash, byte in
                (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
            }
            let new = Made(bytes: bytes, tag: EntityTag(version: Int64(hash >> 1)))
            made = new
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

    /// Nothing but the page's own style, and nobody may frame it.
    private static let policy =
        "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}
