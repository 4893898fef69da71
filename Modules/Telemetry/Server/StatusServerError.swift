internal import Glibc

/// Why a ``StatusServer`` cannot serve. The description is one line that can be shown to an operator.
public enum StatusServerError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The host is neither an IPv4 nor an IPv6 literal.
    case notAnAddress(host: String)
    /// A system call failed, as `bind` does with EADDRINUSE when another program has the port.
    case cannotListen(host: String, port: Int, call: String, errno: Int32)

    public var description: String {
        switch self {
        case .notAnAddress(let host): "cannot serve metrics on \(host): not an IPv4 or IPv6 address"
        case .cannotListen(let host, let port, let call, let code):
            "cannot serve metrics on \(host.contains(":") ? "[\(host)]" : host):\(port): "
                + "\(String(cString: strerror(code))) (\(call))"
        }
    }
}
