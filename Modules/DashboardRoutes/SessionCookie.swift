import Credentials
import HTTPTypes
import UseCases

/// The dashboard's cookies.
enum SessionCookie {
    static let name = "inventory_session"
    private static let themeName = "inventory_theme"

    /// The session's token; nil when it is absent or malformed.
    static func token(_ headers: HTTPFields) -> SessionToken? {
        value(of: name, headers).flatMap { SessionToken($0) }
    }

    /// The theme that the user has chosen; nil for the system's.
    static func theme(_ headers: HTTPFields) -> String? {
        value(of: themeName, headers).flatMap { ["light", "dark"].contains($0) ? String($0) : nil }
    }

    /// Scripts cannot read it, other sites cannot send it, and it expires with the session.
    static func setting(_ token: SessionToken, isSecure: Bool) -> String {
        cookie(token.text, seconds: DashboardSessionLimits.life.components.seconds, isSecure)
    }

    static func removing(isSecure: Bool) -> String { cookie("", seconds: 0, isSecure) }

    private static func cookie(_ value: String, seconds: Int64, _ isSecure: Bool) -> String {
        "\(name)=\(value); Path=/; Max-Age=\(seconds); HttpOnly; SameSite=Strict\(isSecure ? "; Secure" : "")"
    }

    /// The first value of a name (RFC 6265, section 5.4: the most specific cookie comes first).
    private static func value(of name: String, _ headers: HTTPFields) -> Substring? {
        for field in headers[values: .cookie] {
            for pair in field.split(separator: ";") {
                let pair = pair.drop { $0 == " " }
                if pair.hasPrefix("\(name)=") { return pair.dropFirst(name.utf8.count + 1) }
            }
        }
        return nil
    }
}
