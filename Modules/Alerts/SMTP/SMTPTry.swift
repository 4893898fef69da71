internal import CCurl
import Synchronization

/// One try while libcurl is at it: what its callbacks write down and look at.
///
/// `@unchecked Sendable`: only the transport's thread touches the variables; the flag is atomic.
final class SMTPTry: @unchecked Sendable {
    /// The mail's fate is known by the time of the farewell; nobody waits longer for the answer to it.
    private static let farewellLimit: Duration = .seconds(1)

    private let isCancelled = Atomic<Bool>(false)
    private let secrets: [String]
    private(set) var transcript: SMTPTranscript
    private var farewellDeadline: ContinuousClock.Instant?

    init(hiding secrets: [String]) {
        self.secrets = secrets
        transcript = SMTPTranscript(hiding: secrets)
    }

    /// Breaks the try off within about a second, or before it begins. Any thread.
    func cancel() { isCancelled.store(true, ordering: .relaxed) }

    var wasCancelled: Bool { isCancelled.load(ordering: .relaxed) }

    /// Forgets a conversation in which nothing was said.
    func startAgain() {
        transcript = SMTPTranscript(hiding: secrets)
        farewellDeadline = nil
    }

    /// libcurl asks at least once a second.
    private var mustStop: Bool {
        if wasCancelled { return true }
        return farewellDeadline.map { ContinuousClock.now > $0 } ?? false
    }

    private func note(_ kind: curl_infotype, _ bytes: UnsafeRawBufferPointer) {
        switch kind {
        case CURLINFO_HEADER_OUT:
            transcript.sent(bytes)
            if transcript.hasSaidQuit, farewellDeadline == nil { farewellDeadline = .now + Self.farewellLimit }
        case CURLINFO_HEADER_IN: transcript.received(bytes)
        // libcurl's own remarks, the message, and TLS.
        default: break
        }
    }

    // MARK: Callbacks

    /// What the callbacks get as their data. The try must outlive the transfer.
    var reference: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

    static let debugFunction: curl_debug_callback = { _, kind, bytes, count, reference in
        guard let reference else { return 0 }
        Unmanaged<SMTPTry>.fromOpaque(reference).takeUnretainedValue()
            .note(kind, UnsafeRawBufferPointer(start: bytes, count: count))
        return 0
    }

    static let progressFunction: curl_xferinfo_callback = { reference, _, _, _, _ in
        guard let reference else { return 0 }
        return Unmanaged<SMTPTry>.fromOpaque(reference).takeUnretainedValue().mustStop ? 1 : 0
    }
}
