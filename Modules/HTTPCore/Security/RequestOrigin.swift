package import HTTPTypes

/// Whether a request comes from a page of this server. Only what changes something needs to ask.
package enum RequestOrigin {
    /// By what browsers say of themselves (Fetch Metadata, `Origin`), which no page can forge. A caller that says nothing
    /// is no browser of the last years, and has no cookies of somebody else's.
    /// - Parameter authority: the host that was asked for; nil where it is not known, and another proof is at hand.
    package static func isOurs(_ headers: HTTPFields, authority: String?) -> Bool {
        if let site = headers[.secFetchSite] { return site == "same-origin" }
        guard let origin = headers[.origin], let authority else { return true }
        guard let scheme = origin.firstRange(of: "://") else { return false }
        return origin[scheme.upperBound...] == authority
    }

    /// Whether the page that sends this came by HTTPS, which may end at a proxy.
    package static func isSecure(_ headers: HTTPFields) -> Bool { headers[.origin]?.hasPrefix("https://") == true }
}

extension HTTPField.Name {
    package static let secFetchSite = HTTPField.Name(validated: "Sec-Fetch-Site")
    package static let csrfToken = HTTPField.Name(validated: "X-CSRF-Token")
    /// The event after which a page is fetched anew.
    package static let liveEvent = HTTPField.Name(validated: "X-Live")
    package static let accelBuffering = HTTPField.Name(validated: "X-Accel-Buffering")
    package static let crossOriginOpenerPolicy = HTTPField.Name(validated: "Cross-Origin-Opener-Policy")
}
