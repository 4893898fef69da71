internal import ArgumentParser

/// Settings of the dashboard.
public struct DashboardSettings: Sendable {
    /// The address of a mailbox to link to; nil for no link.
    public let mailboxURL: String?

    public init(_ source: SettingsSource) throws(SettingsError) {
        mailboxURL = try source.text(.dashboardMailboxURL)
        // It becomes a link, so other schemes, which could run a script, are refused.
        guard let mailboxURL, !mailboxURL.hasPrefix("http://"), !mailboxURL.hasPrefix("https://") else { return }
        throw SettingsError(.dashboardMailboxURL, mustBe: "a URL of http or https", not: mailboxURL)
    }
}

public struct DashboardOptions: SettingsOptions {
    @Option(.dashboardMailboxURL, "A web mailbox to link to from the dashboard.", value: "url") var mailbox

    public init() {}

    public var given: [(name: SettingName, value: String?)] { [(.dashboardMailboxURL, mailbox)] }
}
