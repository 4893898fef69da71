import Crypto
import Foundation
import Logging
import Reactor
import Testing
import TokenTesting

@testable import Tokens

@Suite struct KeySetFileTests {
    private let issuer: Issuer
    private let path = FileManager.default.temporaryDirectory.appending(component: "keys-\(UUID().uuidString)").path()

    init() async throws {
        issuer = try await Issuer()
    }

    private func write(_ text: String) throws {
        try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
    }

    private func withFile(_ body: (KeySetFile) async throws -> Void) async throws {
        let thread = BlockingThread(name: "key set")
        defer {
            thread.shutdown()
            try? FileManager.default.removeItem(atPath: path)
        }
        let silence = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        try await body(KeySetFile(path, for: issuer.verifier, thread: thread, logger: silence))
    }

    @Test func `A missing, empty, large or malformed file is not loaded, nor is one without a usable key`() async throws
    {
        try await withFile { file in
            await #expect(throws: KeySetError.self) { try await file.load() }
            for text in ["", "{", #"{"keys":[]}"#, #"{"keys":[{"kty":"oct","k":"AAAA"}]}"#] {
                try write(text)
                await #expect(throws: KeySetError.self, "\(text)") { try await file.load() }
            }
            try write(try issuer.keySet() + String(repeating: " ", count: KeySetFile.byteLimit))
            await #expect(throws: KeySetError.self) { try await file.load() }
            try write(try issuer.keySet())
            try await file.load()
        }
    }

    @Test func `A folder is not a key set`() async throws {
        try await withFile { file in
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
            await #expect(throws: KeySetError.self) { try await file.load() }
        }
    }

    @Test func `A changed file changes the keys, and a token of a removed key is refused`()
        async throws
    {
        let new = Signer.p256(P256.Signing.PrivateKey())
        let oldToken = try token(#"{"alg":"ES256","kid":"e"}"#, Issuer.claims, issuer.p256)
        let newToken = try token(#"{"alg":"ES256","kid":"new"}"#, Issuer.claims, new)
        try await withFile { file in
            try write(try issuer.keySet())
            try await file.load()
            #expect(issuer.refusal(oldToken) == nil)
            #expect(issuer.refusal(newToken) != nil)
            try write(#"{"keys":[\#(try new.jwk(#""kid":"new""#))]}"#)
            await file.reload()
            // The token was in the cache.
            #expect(issuer.refusal(oldToken) != nil)
            #expect(issuer.refusal(newToken) == nil)
        }
    }

    @Test func `An invalid file keeps the keys, and an empty set removes them`() async throws {
        let good = try token(#"{"alg":"ES256","kid":"e"}"#, Issuer.claims, issuer.p256)
        try await withFile { file in
            try write(try issuer.keySet())
            try await file.load()
            for text in ["", String(try issuer.keySet().dropLast(3))] {
                try write(text)
                await file.reload()
                #expect(issuer.refusal(good) == nil)
            }
            try FileManager.default.removeItem(atPath: path)
            await file.reload()
            #expect(issuer.refusal(good) == nil)
            try write(#"{"keys":[]}"#)
            await file.reload()
            #expect(issuer.refusal(good) != nil)
            try write(try issuer.keySet())
            await file.reload()
            #expect(issuer.refusal(good) == nil)
        }
    }
}
