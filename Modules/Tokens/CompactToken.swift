import Basics
import FoundationEssentials
import UseCases

/// The three parts of a signed token in its compact form (RFC 7515, section 7.1), decoded; nothing is verified yet.
struct CompactToken {
    /// In bytes. More than any issuer's; what is longer is not looked at.
    static let lengthLimit = 8_192

    let header: TokenHeader
    /// JSON, if the issuer keeps to the rules: to be read once the signature is known to be good.
    let payload: Data
    let signature: Data
    /// What the signature is of: the two first parts as they came.
    let signed: ArraySlice<UInt8>

    init(_ text: String) throws(TokenRefusal) {
        guard text.utf8.count <= Self.lengthLimit else { throw TokenRefusal("the token is too long") }
        let bytes = Array(text.utf8)
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw TokenRefusal("neither the form of a key nor that of a JWT") }
        guard let header = Base64URL.decode(parts[0]), let payload = Base64URL.decode(parts[1]),
            let signature = Base64URL.decode(parts[2])
        else { throw TokenRefusal("a part of the token is not base64url") }
        self.header = try TokenHeader(Data(header))
        self.payload = Data(payload)
        self.signature = Data(signature)
        signed = bytes[..<parts[1].endIndex]
    }
}
