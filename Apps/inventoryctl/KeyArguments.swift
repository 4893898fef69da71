public import ArgumentParser
public import UseCases

extension APIKeyName: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

extension Scope: ExpressibleByArgument {}

/// How long a new key is valid: a whole number and `d`, `h` or `m`.
struct KeyLife: Hashable, Sendable, ExpressibleByArgument {
    /// One minute ... ten years. For a key that does not expire, omit `--expires`.
    static let range: ClosedRange<Int64> = 60...3_650 * 86_400

    let seconds: Int64

    init?(argument: String) {
        let unit: Int64
        switch argument.last {
        case "d": unit = 86_400
        case "h": unit = 3_600
        case "m": unit = 60
        default: return nil
        }
        let digits = argument.dropLast()
        guard digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let number = Int64(digits)
        else { return nil }
        let (seconds, overflow) = number.multipliedReportingOverflow(by: unit)
        guard !overflow, Self.range.contains(seconds) else { return nil }
        self.seconds = seconds
    }
}
