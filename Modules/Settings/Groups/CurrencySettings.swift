internal import ArgumentParser

/// The currency of `base_price`.
public struct CurrencySettings: Sendable {
    /// An ISO 4217 code, as `USD`.
    public let code: String

    public init(_ source: SettingsSource) throws(SettingsError) {
        code = try source.text(.currency, default: "USD")
        guard code.utf8.count == 3, code.utf8.allSatisfy({ (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) })
        else {
            throw SettingsError(.currency, mustBe: "three capital letters such as USD", not: code)
        }
    }
}

public struct CurrencyOptions: SettingsOptions {
    @Option(.currency, "The currency of prices (default: USD).", value: "code") var currency

    public init() {}

    public var given: [(name: SettingName, value: String?)] { [(.currency, currency)] }
}
