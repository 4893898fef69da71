/// Text from outside as an operator may see it: one line, bounded, without control characters and without secrets.
enum SanitizedText {
    /// Scalars that are kept. A server may send as much as it likes.
    static let limit = 500

    static func clean(_ bytes: some Collection<UInt8>, hiding secrets: [String] = []) -> String {
        clean(String(decoding: bytes, as: UTF8.self), hiding: secrets)
    }

    static func clean(_ text: String, hiding secrets: [String] = []) -> String {
        var text = text
        for secret in secrets where !secret.isEmpty { text = text.replacing(secret, with: "[hidden]") }
        var scalars = String.UnicodeScalarView()
        // Counted in scalars: a "character" may be of any number of them.
        for scalar in text.unicodeScalars.prefix(limit) {
            scalars.append(DisplayText.isControl(scalar) || DisplayText.isDirectional(scalar) ? " " : scalar)
        }
        return String(scalars)
    }
}
