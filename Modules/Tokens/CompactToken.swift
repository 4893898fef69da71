import FoundationEssentials
import UseCases

/// The decoded parts of a signed token in compact form (RFC 7515, section 7.1). The signature is not verified yet.
struct CompactToken {
    /// In bytes. No issuer's tokens are longer; longer ones are refused without decoding.
    static let lengthLimit = 8_192

    let header: TokenHeader
    /// The claims as JSON. Do not decode them before the signature has been verified.
    let payload: Data
    let signature: Data
    /// The signed bytes: the first two parts as they were received.
    let signed: ArraySlice<UInt8>

    init(_ text: String) throws(TokenRefusal) {
        guard text.utf8.count <= Self.lengthLimit else { throw TokenRefusal("the token is too long") }
        let bytes = Array(text.utf8)
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw TokenRefusal("neither the form of a key nor that of a JWT") }
        guard let header = Base64URL.decode(parts[0]), let payload = Base64URL.decode(parts[1]),
            let signature = Base64URL.decode(parts[2])
        else { throw TokenRefusal("a part of the token is not base64url") }
        self.header = try TokenHeader(header)
        self.payload = payload
        self.signature = signature
        signed = bytes[..<parts[1].endIndex]
    }
}
