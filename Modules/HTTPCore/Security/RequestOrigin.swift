package import HTTPTypes

/// Whether a request comes from a page of this server. Only requests that change something need the check.
package enum RequestOrigin {
    /// Checks Fetch Metadata and `Origin`, which browsers set and pages cannot forge. A client that sends neither is not a
    /// recent browser, so no foreign page can be using a person's cookies through it.
    /// - Parameter authority: the requested host; nil when it is unknown and another check protects the request.
    package static func isSameOrigin(_ headers: HTTPFields, authority: String?) -> Bool {
        if let site = headers[.secFetchSite] { return site == "same-origin" }
        guard let origin = headers[.origin], let authority else { return true }
        guard let scheme = origin.firstRange(of: "://") else { return false }
        return origin[scheme.upperBound...] == authority
    }

    /// Whether the sending page was loaded over HTTPS, which may end at a proxy.
    package static func isSecure(_ headers: HTTPFields) -> Bool { headers[.origin]?.hasPrefix("https://") == true }
}

extension HTTPField.Name {
    static let secFetchSite = HTTPField.Name(validated: "Sec-Fetch-Site")
    package static let csrfToken = HTTPField.Name(validated: "X-CSRF-Token")
    /// The number of the change event that made a page reload.
    package static let liveEvent = HTTPField.Name(validated: "X-Live")
    package static let accelBuffering = HTTPField.Name(validated: "X-Accel-Buffering")
    package static let crossOriginOpenerPolicy = HTTPField.Name(validated: "Cross-Origin-Opener-Policy")
}
