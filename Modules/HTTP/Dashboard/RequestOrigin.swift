import HTTPTypes

/// Whether a request comes from a page of this server. Only what changes something needs to ask.
enum RequestOrigin {
    /// By what browsers say of themselves (Fetch Metadata, `Origin`), which no page can forge. A caller that says nothing
    /// is no browser of the last years, and has no cookies of somebody else's.
    /// - Parameter authority: the host that was asked for; nil where it is not known, and another proof is at hand.
    static func isOurs(_ headers: HTTPFields, authority: String?) -> Bool {
        if let site = headers[.secFetchSite] { return site == "same-origin" }
        guard let origin = headers[.origin], let authority else { return true }
        guard let scheme = origin.firstRange(of: "://") else { return false }
        return origin[scheme.upperBound...] == authority
    }
}

extension HTTPField.Name {
    static let secFetchSite = dashboardName("Sec-Fetch-Site")
    static let csrfToken = dashboardName("X-CSRF-Token")
    /// The event after which a page is fetched anew.
    static let liveEvent = dashboardName("X-Live")
    static let accelBuffering = dashboardName("X-Accel-Buffering")
    static let referrerPolicy = dashboardName("Referrer-Policy")
    static let crossOriginOpenerPolicy = dashboardName("Cross-Origin-Opener-Policy")

    private static func dashboardName(_ text: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else { preconditionFailure("\(text) is no field name") }
        return name
    }
}
