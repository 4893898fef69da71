package import HTTPTypes

extension HTTPField.Name {
    package static let contentTypeOptions = HTTPField.Name(validated: "X-Content-Type-Options")
    package static let referrerPolicy = HTTPField.Name(validated: "Referrer-Policy")
    package static let frameOptions = HTTPField.Name(validated: "X-Frame-Options")
    package static let resourcePolicy = HTTPField.Name(validated: "Cross-Origin-Resource-Policy")

    /// A name that is known to be one.
    package init(validated name: String) {
        guard let field = HTTPField.Name(name) else { preconditionFailure("\(name) is no field name") }
        self = field
    }
}

/// The headers of every answer: its id, and what a browser and the caches on the way must not do with it.
///
/// A handler that knows better sets its own `Cache-Control` or `Content-Security-Policy`, which then stands instead.
package enum StandardHeaders {
    /// - Parameters:
    ///   - own: the answer's.
    ///   - isSecure: whether it goes out over TLS.
    package static func complete(_ own: HTTPFields, requestID: String, isSecure: Bool) -> HTTPFields {
        var fields = HTTPFields()
        fields.reserveCapacity(own.count + constant.count + 2)
        fields.append(contentsOf: own)
        fields.append(HTTPField(name: .requestID, value: requestID))
        for field in constant where !own.contains(field.name) { fields.append(field) }
        if isSecure { fields.append(strictTransport) }
        return fields
    }

    /// Made once: every answer has them.
    package static let constant: HTTPFields = [
        .contentTypeOptions: "nosniff",
        // Stock is out of date at once, and who may see it is decided anew for each request.
        .cacheControl: "no-store",
        // An answer opened as a page loads nothing, runs nothing, and nobody may frame it.
        .contentSecurityPolicy: "default-src 'none'; frame-ancestors 'none'",
        .frameOptions: "DENY",
        .referrerPolicy: "no-referrer",
        .resourcePolicy: "same-origin",
    ]

    /// For a year, in seconds (RFC 6797). Only this host: the ones below it may be somebody else's.
    private static let strictTransport = HTTPField(name: .strictTransportSecurity, value: "max-age=31536000")
}
