public import ArgumentParser

/// A group of command line options, one per setting. A program embeds the groups that it uses with `@OptionGroup`, so
/// that any other option is an error.
public protocol SettingsOptions: ParsableArguments {
    /// The values on the command line; nil for options that are absent.
    var given: [(name: SettingName, value: String?)] { get }
}

/// `--config F`: a `.env`-style file of settings. Options and the environment take precedence over it.
public struct ConfigOptions: ParsableArguments {
    @Option(name: .customLong("config"), help: ArgumentHelp("A file of NAME=value lines.", valueName: "file"))
    public var config: String?

    public init() {}
}

extension Option where Value == String? {
    /// The option of the same name as the setting.
    init(_ name: SettingName, _ help: String, value: String) {
        self.init(name: .customLong(name.option), help: ArgumentHelp("\(help)", valueName: value))
    }
}
