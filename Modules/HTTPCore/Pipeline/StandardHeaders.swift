package import HTTPTypes

extension HTTPField.Name {
    static let contentTypeOptions = HTTPField.Name(validated: "X-Content-Type-Options")
    package static let referrerPolicy = HTTPField.Name(validated: "Referrer-Policy")
    static let frameOptions = HTTPField.Name(validated: "X-Frame-Options")
    static let resourcePolicy = HTTPField.Name(validated: "Cross-Origin-Resource-Policy")

    /// - Precondition: the text is a valid field name.
    package init(validated name: String) {
        guard let field = HTTPField.Name(name) else { preconditionFailure("\(name) is not a field name") }
        self = field
    }
}

/// The headers of every response: the request id, and restrictions for browsers and caches.
///
/// A handler's own `Cache-Control` or `Content-Security-Policy` replaces the standard one.
enum StandardHeaders {
    /// - Parameters:
    ///   - own: the response's own headers.
    ///   - isSecure: whether the response is sent over TLS.
    static func complete(_ own: HTTPFields, requestID: String, isSecure: Bool) -> HTTPFields {
        var fields = HTTPFields()
        fields.reserveCapacity(own.count + constant.count + 2)
        fields.append(contentsOf: own)
        fields.append(HTTPField(name: .requestID, value: requestID))
        for field in constant where !own.contains(field.name) { fields.append(field) }
        if isSecure { fields.append(strictTransport) }
        return fields
    }

    /// Created once, because every response has them.
    static let constant: HTTPFields = [
        .contentTypeOptions: "nosniff",
        // Stock changes constantly, and each request needs its own authorization.
        .cacheControl: "no-store",
        // A response opened as a page must load nothing, run nothing and not be framed.
        .contentSecurityPolicy: "default-src 'none'; frame-ancestors 'none'",
        .frameOptions: "DENY",
        .referrerPolicy: "no-referrer",
        .resourcePolicy: "same-origin",
    ]

    /// One year in seconds (RFC 6797). Without subdomains, which may belong to other services.
    private static let strictTransport = HTTPField(name: .strictTransportSecurity, value: "max-age=31536000")
}
