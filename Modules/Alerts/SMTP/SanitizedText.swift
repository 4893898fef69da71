/// External text made safe for an operator: one bounded line without control characters and secrets.
enum SanitizedText {
    /// The maximum number of scalars: a server may send any amount.
    static let limit = 500

    static func clean(_ bytes: some Collection<UInt8>, hiding secrets: [String] = []) -> String {
        clean(String(decoding: bytes, as: UTF8.self), hiding: secrets)
    }

    static func clean(_ text: String, hiding secrets: [String] = []) -> String {
        var text = text
        for secret in secrets where !secret.isEmpty { text = text.replacing(secret, with: "[hidden]") }
        var scalars = String.UnicodeScalarView()
        // Counted in scalars: a `Character` may consist of any number of them.
        for scalar in text.unicodeScalars.prefix(limit) {
            scalars.append(DisplayText.isControl(scalar) || DisplayText.isDirectional(scalar) ? " " : scalar)
        }
        return String(scalars)
    }
}
