package import Credentials
package import UseCases

/// What the dashboard is made with, beside the API's own use cases.
package struct DashboardConfiguration: Sendable {
    let queries: any DashboardQueries
    /// Nil: nobody has to sign in (`AUTH_MODE=off`).
    let sessions: DashboardSessions?
    /// Where emails can be read, for a machine that has a mailbox of its own.
    let mailboxURL: String?
    /// Whether browsers come by HTTPS, so that the cookie may travel no other way.
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
