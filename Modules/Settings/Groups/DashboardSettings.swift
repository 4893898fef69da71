internal import ArgumentParser

/// What the dashboard shows beside the stock.
public struct DashboardSettings: Sendable {
    /// Where emails can be read; nil shows no link.
    public let mailboxURL: String?

    public init(_ source: SettingsSource) throws(SettingsError) {
        mailboxURL = try source.text(.dashboardMailboxURL)
        // It becomes a link, which must not run anything.
        guard let mailboxURL, !mailboxURL.hasPrefix("http://"), !mailboxURL.hasPrefix("https://") else { return }
        throw SettingsError(.dashboardMailboxURL, mustBe: "a URL of http or https", not: mailboxURL)
    }
}

public struct DashboardOptions: SettingsOptions {
    @Option(.dashboardMailboxURL, "Where emails can be read, for a link on the dashboard.", value: "url") var mailbox

    public init() {}

    public var given: [(name: SettingName, value: String?)] { [(.dashboardMailboxURL, mailbox)] }
}
