internal import CCurl
import Synchronization

/// One try while libcurl is at it: what its callbacks write down and look at.
///
/// `@unchecked Sendable`: only the transport's thread touches the variables; the flag is atomic.
final class SMTPAttempt: @unchecked Sendable {
    /// The mail's fate is known by the time of the farewell; nobody waits longer for the answer to it.
    private static let farewellLimit: Duration = .seconds(1)

    private let isCancelled = Atomic<Bool>(false)
    private let secrets: [String]
    private(set) var transcript: SMTPTranscript
    private var farewellDeadline: ContinuousClock.Instant?
    private let limits: SMTPLimits
    /// When something was sent that has not been answered.
    private var waitsSince: ContinuousClock.Instant?
    /// Whether it was broken off because the server did not answer in time.
    private(set) var hasWaitedEnough = false

    init(hiding secrets: [String], limits: SMTPLimits) {
        self.secrets = secrets
        self.limits = limits
        transcript = SMTPTranscript(hiding: secrets)
    }

    /// Breaks the try off within about a second, or before it begins. Any thread.
    func cancel() { isCancelled.store(true, ordering: .relaxed) }

    var wasCancelled: Bool { isCancelled.load(ordering: .relaxed) }

    /// Forgets a conversation in which nothing was said.
    func startAgain() {
        transcript = SMTPTranscript(hiding: secrets)
        farewellDeadline = nil
        waitsSince = nil
        hasWaitedEnough = false
    }

    /// libcurl asks at least once a second.
    private var mustStop: Bool {
        if wasCancelled { return true }
        let now = ContinuousClock.now
        let patience = transcript.phase == .message ? limits.verdict : limits.answer
        if let waitsSince, now - waitsSince > patience { hasWaitedEnough = true }
        return hasWaitedEnough || farewellDeadline.map { now > $0 } ?? false
    }

    private func note(_ kind: curl_infotype, _ bytes: UnsafeRawBufferPointer) {
        switch kind {
        case CURLINFO_HEADER_OUT:
            transcript.sent(bytes)
            waitsSince = .now
            if transcript.hasSaidQuit, farewellDeadline == nil { farewellDeadline = .now + Self.farewellLimit }
        case CURLINFO_HEADER_IN:
            transcript.received(bytes)
            waitsSince = transcript.phase == .message ? .now : nil
        case CURLINFO_DATA_OUT: waitsSince = .now
        // libcurl's own remarks and TLS.
        default: break
        }
    }

    // MARK: Callbacks

    /// What the callbacks get as their data. The try must outlive the transfer.
    var reference: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

    static let debugFunction: curl_debug_callback = { _, kind, bytes, count, reference in
        guard let reference else { return 0 }
        Unmanaged<SMTPAttempt>.fromOpaque(reference).takeUnretainedValue()
            .note(kind, UnsafeRawBufferPointer(start: bytes, count: count))
        return 0
    }

    static let progressFunction: curl_xferinfo_callback = { reference, _, _, _, _ in
        guard let reference else { return 0 }
        return Unmanaged<SMTPAttempt>.fromOpaque(reference).takeUnretainedValue().mustStop ? 1 : 0
    }
}
