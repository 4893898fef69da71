internal import CCurl
import Synchronization

/// One delivery attempt: the state that libcurl's callbacks read and write.
///
/// `@unchecked Sendable`: only the transport's thread uses the variables; the cancellation flag is atomic.
final class SMTPAttempt: @unchecked Sendable {
    /// How long to wait for the reply to QUIT. The result is known by then, so a longer wait gains nothing.
    private static let quitLimit: Duration = .seconds(1)

    private let isCancelled = Atomic<Bool>(false)
    private let secrets: [String]
    private(set) var transcript: SMTPTranscript
    private var quitDeadline: ContinuousClock.Instant?
    private let limits: SMTPLimits
    /// Since when a reply is outstanding; nil if none is.
    private var waitingSince: ContinuousClock.Instant?
    /// Whether the attempt was aborted because the server did not reply in time.
    private(set) var hasTimedOut = false

    init(hiding secrets: [String], limits: SMTPLimits) {
        self.secrets = secrets
        self.limits = limits
        transcript = SMTPTranscript(hiding: secrets)
    }

    /// Aborts the attempt within about a second, or before it begins. May be called from any thread.
    func cancel() { isCancelled.store(true, ordering: .relaxed) }

    var wasCancelled: Bool { isCancelled.load(ordering: .relaxed) }

    /// Starts over after a connection on which the server said nothing.
    func reset() {
        transcript = SMTPTranscript(hiding: secrets)
        quitDeadline = nil
        waitingSince = nil
        hasTimedOut = false
    }

    /// libcurl checks this at least once a second.
    private var shouldAbort: Bool {
        if wasCancelled { return true }
        let now = ContinuousClock.now
        let limit = transcript.phase == .message ? limits.verdict : limits.answer
        if let waitingSince, now - waitingSince > limit { hasTimedOut = true }
        return hasTimedOut || quitDeadline.map { now > $0 } ?? false
    }

    private func note(_ kind: curl_infotype, _ bytes: UnsafeRawBufferPointer) {
        switch kind {
        case CURLINFO_HEADER_OUT:
            transcript.sent(bytes)
            waitingSince = .now
            if transcript.hasSaidQuit, quitDeadline == nil { quitDeadline = .now + Self.quitLimit }
        case CURLINFO_HEADER_IN:
            transcript.received(bytes)
            waitingSince = transcript.phase == .message ? .now : nil
        case CURLINFO_DATA_OUT: waitingSince = .now
        // libcurl's informational messages and TLS data.
        default: break
        }
    }

    // MARK: Callbacks

    /// The user data of the callbacks. The attempt must outlive the transfer.
    var reference: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

    static let debugFunction: curl_debug_callback = { _, kind, bytes, count, reference in
        guard let reference else { return 0 }
        Unmanaged<SMTPAttempt>.fromOpaque(reference).takeUnretainedValue()
            .note(kind, UnsafeRawBufferPointer(start: bytes, count: count))
        return 0
    }

    static let progressFunction: curl_xferinfo_callback = { reference, _, _, _, _ in
        guard let reference else { return 0 }
        return Unmanaged<SMTPAttempt>.fromOpaque(reference).takeUnretainedValue().shouldAbort ? 1 : 0
    }
}
