internal import CCurl
import Glibc

/// A libcurl easy handle: one transfer after another, over a connection that it keeps. Used by one thread at a time.
final class CurlHandle {
    let pointer: UnsafeMutableRawPointer
    private let errorText: UnsafeMutablePointer<CChar>
    private var socket: curl_socket_t?
    /// Objects that libcurl holds pointers into.
    private var retained: [AnyObject] = []

    /// Initialised once per process, before any handle.
    private static let isLibraryReady = ccurl_global_init() == CURLE_OK

    /// - Throws: when there is no memory.
    init() throws(SMTPFailure) {
        guard Self.isLibraryReady, let pointer = curl_easy_init() else { throw .noMemory }
        self.pointer = pointer
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    }

    /// Closes the connection too. libcurl sends QUIT and would wait two minutes for the reply; shutting the reading
    /// side first avoids that wait.
    deinit {
        reset()
        if let socket { _ = Glibc.shutdown(socket, CInt(SHUT_RD)) }
        curl_easy_cleanup(pointer)
        errorText.deallocate()
    }

    /// Whether a connection is open for reuse.
    var isConnected: Bool { socket != nil }

    // MARK: Options

    func set(_ option: CURLoption, _ value: Int) throws(SMTPFailure) {
        try check(ccurl_set_long(pointer, option, value))
    }

    /// libcurl copies the text.
    func set(_ option: CURLoption, _ value: String) throws(SMTPFailure) {
        try check(ccurl_set_text(pointer, option, value))
    }

    func set(_ option: CURLoption, _ value: CurlList) throws(SMTPFailure) {
        retained.append(value)
        try check(ccurl_set_list(pointer, option, value.head))
    }

    func set(_ value: CurlMessage) throws(SMTPFailure) {
        retained.append(value)
        try check(ccurl_set_mime(pointer, value.mime))
    }

    /// Passes the conversation to `attempt` and asks it whether to continue.
    func observe(_ attempt: SMTPAttempt) throws(SMTPFailure) {
        retained.append(attempt)
        try check(ccurl_set_debug_function(pointer, SMTPAttempt.debugFunction))
        try check(ccurl_set_pointer(pointer, CURLOPT_DEBUGDATA, attempt.reference))
        try set(CURLOPT_VERBOSE, 1)
        try check(ccurl_set_progress_function(pointer, SMTPAttempt.progressFunction))
        try check(ccurl_set_pointer(pointer, CURLOPT_XFERINFODATA, attempt.reference))
        try set(CURLOPT_NOPROGRESS, 0)
    }

    private func check(_ code: CURLcode) throws(SMTPFailure) {
        guard code == CURLE_OK else {
            throw SMTPFailure(reason: "SMTP: libcurl: \(String(cString: curl_easy_strerror(code)))")
        }
    }

    // MARK: Transfer

    /// Blocks until the email is handed over or the attempt has failed.
    func perform() throws(SMTPFailure) {
        errorText[0] = 0
        try check(ccurl_set_pointer(pointer, CURLOPT_ERRORBUFFER, errorText))
        let code = curl_easy_perform(pointer)
        noteSocket()
        guard code != CURLE_OK else { return }
        let own = String(cString: errorText)
        let reason = own.isEmpty ? String(cString: curl_easy_strerror(code)) : own
        throw SMTPFailure(reason: "SMTP: \(SanitizedText.clean(reason))")
    }

    /// Whether the last transfer reused a connection.
    var usedKeptConnection: Bool {
        var count = 0
        return ccurl_get_long(pointer, CURLINFO_NUM_CONNECTS, &count) == CURLE_OK && count == 0
    }

    /// Resets every option, and with them every pointer into the last email. The connection stays open.
    func reset() {
        curl_easy_reset(pointer)
        retained = []
    }

    private func noteSocket() {
        var active = curl_socket_t(-1)
        let isKnown = ccurl_get_socket(pointer, &active) == CURLE_OK && active >= 0
        socket = isKnown ? active : nil
    }
}
