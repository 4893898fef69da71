package import Credentials
package import UseCases

/// What the dashboard needs besides the API's use cases.
package struct DashboardConfiguration: Sendable {
    let queries: any DashboardQueries
    /// nil when the dashboard needs no sign-in (`AUTH_MODE=off`).
    let sessions: DashboardSessions?
    /// The address of a web mailbox that shows sent emails, on machines that run one.
    let mailboxURL: String?
    /// Whether browsers connect over HTTPS, which makes the session cookie `Secure`.
    let isSecure: Bool

    package init(
        queries: any DashboardQueries, sessions: DashboardSessions?, mailboxURL: String? = nil, isSecure: Bool = false
    ) {
        self.queries = queries
        self.sessions = sessions
        self.mailboxURL = mailboxURL
        self.isSecure = isSecure
    }
}
