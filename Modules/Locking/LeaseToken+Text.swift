import UseCases

extension LeaseToken {
    static func random() -> LeaseToken {
        LeaseToken(value: .random(in: .min ... .max))
    }

    /// 16 hex digits.
    var text: String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
