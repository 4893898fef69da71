internal import Configuration
internal import FoundationEssentials

/// Reads settings from options, the environment and the file of `--config`, in this order of precedence; a setting that
/// none of them has takes its default. Only requested names are read, so other programs' variables do no harm.
///
/// An empty value counts as absent in every source.
public struct SettingsSource: Sendable {
    private struct Layer: Sendable {
        let provider: EnvironmentVariablesProvider

        init(_ values: [String: String]) {
            provider = EnvironmentVariablesProvider(environmentVariables: values)
        }

        func text(_ name: SettingName) -> String? {
            guard let text = try? provider.environmentValue(forName: name.variable), !text.isEmpty else { return nil }
            return text
        }
    }

    /// Highest precedence first.
    private let layers: [Layer]

    /// Throws `SettingsError` if the file cannot be read or is not well formed.
    /// - Parameters:
    ///   - config: the program's `--config`.
    ///   - options: the program's option groups.
    ///   - environment: the process's own by default.
    public init(
        config: ConfigOptions? = nil,
        options: [any SettingsOptions] = [],
        environment: [String: String]? = nil
    ) throws(SettingsError) {
        var given: [String: String] = [:]
        for (name, value) in options.flatMap(\.given) {
            if let value { given[name.variable] = value }
        }
        var layers = [Layer(given), Layer(environment ?? ProcessInfo.processInfo.environment)]
        if let path = config?.config, !path.isEmpty {
            layers.append(Layer(try EnvironmentFile.read(path)))
        }
        self.layers = layers
    }

    /// The setting's text, or nil. If the setting may be in a file, the highest layer that has the value or the file
    /// counts; having both there is an error.
    func text(_ name: SettingName) throws(SettingsError) -> String? {
        for layer in layers {
            let value = layer.text(name)
            guard name.mayBeFile, let path = layer.text(name.file) else {
                if let value { return value }
                continue
            }
            guard value == nil else { throw SettingsError(name, "and \(name.file) are both given; give one") }
            return try contents(of: path, for: name)
        }
        return nil
    }

    /// A file's text without the final line end that editors add.
    private func contents(of path: String, for name: SettingName) throws(SettingsError) -> String {
        // Far longer than any password or URL; keeps a file at a wrong path from being read into memory.
        let limit = 65_536
        guard let data = try? Data(contentsOf: URL(filePath: path)), data.count <= limit,
            var text = String(data: data, encoding: .utf8)
        else { throw SettingsError(name.file, "names a file that cannot be read: \(quoted(path))") }
        while let last = text.last, last.isNewline { text.removeLast() }
        guard !text.isEmpty else { throw SettingsError(name.file, "names a file that is empty: \(quoted(path))") }
        return text
    }
}

// MARK: - Strict parsing

extension SettingsSource {
    func text(_ name: SettingName, default fallback: String) throws(SettingsError) -> String {
        try text(name) ?? fallback
    }

    func required(_ name: SettingName) throws(SettingsError) -> String {
        guard let text = try text(name) else {
            let file = name.mayBeFile ? ", \(name.file)" : ""
            throw SettingsError(name, "is required (\(name)\(file) or --\(name.option))")
        }
        return text
    }

    /// A whole number in decimal digits, without plus sign, spaces or separators.
    func integer(_ name: SettingName, in range: ClosedRange<Int>) throws(SettingsError) -> Int? {
        guard let text = try text(name) else { return nil }
        guard !text.hasPrefix("+"), let number = Int(text), range.contains(number) else {
            throw SettingsError(
                name,
                mustBe: "a whole number from \(range.lowerBound) to \(range.upperBound)",
                not: text
            )
        }
        return number
    }

    func integer(
        _ name: SettingName,
        in range: ClosedRange<Int>,
        default fallback: Int
    ) throws(SettingsError) -> Int {
        try integer(name, in: range) ?? fallback
    }

    /// Exactly one of an enum's raw values.
    func choice<Value: RawRepresentable<String> & CaseIterable>(
        _ name: SettingName,
        default fallback: Value
    ) throws(SettingsError) -> Value {
        guard let text = try text(name) else { return fallback }
        guard let value = Value(rawValue: text) else {
            let choices = Value.allCases.map(\.rawValue).joined(separator: ", ")
            throw SettingsError(name, mustBe: "one of \(choices)", not: text)
        }
        return value
    }

    /// `on` or `off`.
    func flag(_ name: SettingName, default fallback: Bool) throws(SettingsError) -> Bool {
        switch try text(name) {
        case nil: return fallback
        case "on": return true
        case "off": return false
        case let text?: throw SettingsError(name, mustBe: "on or off", not: text)
        }
    }
}
