import Dashboard
import HTTPCore
import HTTPTypes
import NIOCore

/// The files that pages load. The hash of its content is part of each path, so browsers may cache a file for a year.
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
                        // An SVG opened by itself is a document, and must load nothing and not be framed.
                        .contentSecurityPolicy: "default-src 'none'; frame-ancestors 'none'",
                    ],
                    body: bytes)
            }
        ]
    }
}
