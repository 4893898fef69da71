import HTTPCore
import HTTPTypes
import NIOHTTP1

extension HTTPRequest {
    /// The head as the decoder gives it.
    ///
    /// The target stays as it came (`RequestTarget` takes it apart), and `Host` becomes the authority.
    /// - Returns: nil for a method that is none, and for a host that is named twice or, in HTTP/1.1, not at all (RFC
    ///   9112, section 3.2).
    init?(_ head: HTTPRequestHead) {
        guard let method = Method(head.method) else { return nil }
        var fields = HTTPFields()
        fields.reserveCapacity(head.headers.count)
        var authority: String?
        for (name, value) in head.headers {
            guard let name = HTTPField.Name(known: name) else { return nil }
            if name == .host {
                guard authority == nil else { return nil }
                authority = value
            } else {
                fields.append(HTTPField(name: name, value: value))
            }
        }
        guard authority != nil || head.version == .http1_0 else { return nil }
        self.init(method: method, scheme: nil, authority: authority, path: head.uri, headerFields: fields)
    }
}

extension HTTPFields {
    /// Whether a proxy has passed the request on, by what proxies say of themselves.
    var comeFromProxy: Bool {
        contains(.forwarded) || contains(.forwardedFor) || contains(.via)
    }
}

extension HTTPRequest.Method {
    fileprivate init?(_ method: HTTPMethod) {
        switch method {
        case .GET: self = .get
        case .POST: self = .post
        case .PUT: self = .put
        case .PATCH: self = .patch
        case .DELETE: self = .delete
        case .HEAD: self = .head
        case .OPTIONS: self = .options
        default: self.init(method.rawValue)
        }
    }
}

extension HTTPField.Name {
    fileprivate static let host = name("Host")
    fileprivate static let forwarded = name("Forwarded")
    fileprivate static let forwardedFor = name("X-Forwarded-For")
    fileprivate static let via = name("Via")

    /// The names that most requests have, as their callers write them: to look one up is cheaper than to check and
    /// lower it.
    private static let known: [String: HTTPField.Name] = {
        let names = [
            "Host", "User-Agent", "Accept", "Accept-Encoding", "Accept-Language", "Authorization", "Connection",
            "Content-Length", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match", "Expect",
            "Transfer-Encoding", "X-Request-Id", "Traceparent", "Tracestate", "Forwarded", "X-Forwarded-For", "Via",
        ]
        return Dictionary(uniqueKeysWithValues: (names + names.map { $0.lowercased() }).map { ($0, name($0)) })
    }()

    fileprivate init?(known name: String) {
        if let name = Self.known[name] { self = name } else { self.init(name) }
    }

    private static func name(_ text: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else { preconditionFailure("\(text) is no field name") }
        return name
    }
}
