import Dashboard
import HTTPCore
import HTTPTypes
import NIOCore

/// The files that pages load. Each address names its content, so it may be kept for a year and never asked about.
struct AssetEndpoints: Sendable {
    private static let bytes = Dictionary(
        uniqueKeysWithValues: Asset.all.map { ($0.fileName, ($0.mediaType, ByteBuffer(bytes: $0.bytes))) })

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, "/assets/{name}", scope: nil, summary: "A file of the dashboard") { request in
                guard let (type, bytes) = Self.bytes[request.parameters["name"]] else {
                    throw Problem(.notFound, "There is no such file.")
                }
                return APIResponse(
                    .ok,
                    headers: [
                        .contentType: type, .cacheControl: "public, max-age=31536000, immutable",
                        // A drawing is a document too when somebody opens it by itself.
                        .contentSecurityPolicy: "default-src 'none'; frame-ancestors 'none'",
                    ],
                    body: bytes)
            }
        ]
    }
}
