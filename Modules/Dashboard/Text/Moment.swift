/// An instant as the pages show it: exact for programs, to the minute for people. The pages' script turns the latter
/// into `4 minutes ago`.
public struct Moment: Hashable, Sendable {
    /// `2026-11-22T15:00:00.123Z`.
    public let exact: String

    /// - Parameter exact: RFC 3339 in UTC with milliseconds, as the API writes it.
    public init(_ exact: String) {
        self.exact = exact
    }

    /// `2026-11-22 15:00 UTC`.
    public var short: String { "\(exact.prefix(10)) \(exact.dropFirst(11).prefix(5)) UTC" }

    /// `2026-11-22 15:00:00 UTC`.
    public var full: String { "\(exact.prefix(10)) \(exact.dropFirst(11).prefix(8)) UTC" }

    /// `2026-11-22`.
    public var date: String { String(exact.prefix(10)) }

    /// `22 Nov`.
    public var day: String {
        let month = exact.dropFirst(5).prefix(2)
        let names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        guard let number = Int(month), names.indices.contains(number - 1), let day = Int(exact.dropFirst(8).prefix(2))
        else { return String(exact.prefix(10)) }
        return "\(day) \(names[number - 1])"
    }

    /// The values of the partial `{{> time}}` in a template.
    public var values: [String: Any] { ["exact": exact, "short": short, "full": full] }
}
