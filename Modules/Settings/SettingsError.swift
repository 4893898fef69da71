/// An invalid setting. Programs write its description to standard error and exit with 64.
public struct SettingsError: Error, Hashable, CustomStringConvertible {
    /// The program's exit status: EX_USAGE of sysexits.h.
    public static let exitStatus: Int32 = 64

    /// The environment variable's name, or `--config`.
    public let setting: String
    /// What is wrong with it. Never holds a secret's value.
    public let reason: String

    /// One line that begins with the setting's name.
    public var description: String { "\(setting) \(reason)" }

    init(setting: String, reason: String) {
        self.setting = setting
        self.reason = reason
    }

    init(_ name: SettingName, _ reason: String) {
        self.init(setting: name.variable, reason: reason)
    }

    /// A value that the setting does not accept.
    init(_ name: SettingName, mustBe expectation: String, not value: String) {
        self.init(name, name.isSecret ? "must be \(expectation)" : "must be \(expectation), not \(quoted(value))")
    }
}

/// The text in quotes, on one line and cut to a readable length.
func quoted(_ text: String) -> String {
    // Longer values are cut: the start is enough to find the mistake.
    let limit = 80
    var result = "\""
    for scalar in text.unicodeScalars.prefix(limit) {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
            result += "\\u{\(String(scalar.value, radix: 16))}"
        default:
            result.unicodeScalars.append(scalar)
        }
    }
    return result + (text.unicodeScalars.count > limit ? "…\"" : "\"")
}
