import Crypto
import Foundation
import Testing

@testable import Tokens

@Suite struct VerifiedTokensTests {
    private static func hash(_ number: Int) -> SHA256Digest { SHA256.hash(data: Data("\(number)".utf8)) }

    @Test func `A token is cached until its expiry, and for at most a minute`() {
        var tokens = VerifiedTokens()
        tokens.insert(Self.hash(1), Issuer.caller, expiresAt: 110, now: 100)
        tokens.insert(Self.hash(2), Issuer.caller, expiresAt: 1e18, now: 100)
        #expect(tokens.find(Self.hash(1), now: 109.9) == Issuer.caller)
        #expect(tokens.find(Self.hash(1), now: 110) == nil)
        #expect(tokens.find(Self.hash(2), now: 159.9) == Issuer.caller)
        #expect(tokens.find(Self.hash(2), now: 160) == nil)
        #expect(tokens.find(Self.hash(3), now: 100) == nil)
    }

    @Test func `The cache is bounded, and removes expired tokens first`() {
        var tokens = VerifiedTokens()
        for number in 0..<VerifiedTokens.capacity {
            tokens.insert(Self.hash(number), Issuer.caller, expiresAt: number.isMultiple(of: 4) ? 1_000 : 101, now: 100)
        }
        #expect(tokens.count == VerifiedTokens.capacity)
        tokens.insert(Self.hash(-1), Issuer.caller, expiresAt: 1_000, now: 102)
        #expect(tokens.count == VerifiedTokens.capacity / 4 + 1)
        #expect(tokens.find(Self.hash(0), now: 102) != nil)
        for number in 0..<3 * VerifiedTokens.capacity {
            tokens.insert(Self.hash(number), Issuer.caller, expiresAt: 1_000, now: 102)
            #expect(tokens.count <= VerifiedTokens.capacity)
        }
    }
}
