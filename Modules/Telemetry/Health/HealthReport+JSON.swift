extension HealthReport {
    /// The body of `/health/live`, the same in every program.
    public static let liveJSON = #"{"status":"ok"}"#

    /// The body of `/health/ready`, in the same form in every program; a check has a `note` only if there is one.
    public var json: String {
        var text = "{\"status\":\"\(status.rawValue)\",\"checks\":{"
        for (index, check) in checks.enumerated() {
            if index > 0 { text += "," }
            appendQuoted(check.name, to: &text)
            text += ":{\"status\":\"\(check.state.rawValue)\",\"latency_ms\":\(Self.milliseconds(check.latency))"
            if let note = check.note {
                text += ",\"note\":"
                appendQuoted(note, to: &text)
            }
            text += "}"
        }
        return text + "}}"
    }

    /// With three decimal places, truncated: `0.412`.
    private static func milliseconds(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let microseconds = max(0, seconds * 1_000_000 + attoseconds / 1_000_000_000_000)
        let (whole, rest) = microseconds.quotientAndRemainder(dividingBy: 1_000)
        return "\(whole).\(String(rest + 1_000).dropFirst())"
    }
}
