import HTTPTypes
import NIOCore

@testable import HTTPCore
@testable import HTTPTransport

/// Does for a `RequestIntake` what a connection does, without a socket: gives it events, and carries out actions in the
/// same order.
final class IntakeHarness {
    private(set) var intake: RequestIntake
    var now = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
    /// Bytes of answers that the socket has not taken.
    var unsent = 0
    var sent = 0
    var handlerTime = TimeAmount.seconds(30)
    private var closesWhenSent = false
    /// Sees each action before it is carried out.
    var onAction: (IntakeAction) -> Void = { _ in }
    /// The socket is read.
    var onRead: () -> Void = {}

    init(_ transport: IntakeContext.Transport, _ limits: IntakeLimits) {
        intake = RequestIntake(transport, limits, now: now)
    }

    // MARK: The client

    func receive(_ part: IntakePart) { run(intake.received(part, now: now)) }

    func completeRead() { run(intake.readCompleted(now: now)) }

    func receiveMalformed() { run(intake.receivedMalformed(now: now)) }

    func closeInput() { run(intake.inputClosed(now: now)) }

    // MARK: The handler

    func requestBody() {
        perform(intake.bodyRequested())
        resumeRead()
    }

    func takeBody() { intake.bodyTaken() }

    /// - Returns: whether the answer comes in chunks.
    @discardableResult
    func startAnswer(hasLength: Bool = false) -> Bool { intake.responseStarted(hasLength: hasLength) }

    func endAnswer() {
        perform(intake.responseEnded(now: now))
        if intake.resume() { performRest() }
    }

    // MARK: The channel

    /// - Returns: whether the socket is read.
    @discardableResult
    func requestRead() -> Bool {
        let isAllowed = intake.readRequested()
        if isAllowed { onRead() }
        return isAllowed
    }

    func changeWritability(_ isWritable: Bool) {
        intake.writabilityChanged(isWritable)
        if isWritable, intake.resume() { performRest() }
    }

    func quiesce() { perform(intake.quiesce(now: now)) }

    /// The socket has taken everything.
    func completeOutput() {
        unsent = 0
        guard closesWhenSent else { return }
        closesWhenSent = false
        perform(intake.outputSent())
    }

    func close() { perform(intake.close()) }

    func pass(_ time: TimeAmount) -> IntakeTimeout {
        now = now + time
        return intake.checkTime(now, unsent: unsent, sent: sent, handlerTime: handlerTime)
    }

    // MARK: Actions

    private func run(_ action: IntakeAction?) {
        guard let action else { return }
        perform(action)
        performRest()
    }

    private func performRest() {
        while let action = intake.next(now: now) { perform(action) }
        resumeRead()
    }

    private func perform(_ action: IntakeAction) {
        onAction(action)
        switch action {
        case .rejectMalformed: endAnswer()
        case .closeOutput: resumeRead()
        case .closeWhenSent where unsent == 0: perform(intake.outputSent())
        case .closeWhenSent: closesWhenSent = true
        default: break
        }
    }

    private func resumeRead() {
        if intake.readResumed() { onRead() }
    }
}

extension IntakeLimits {
    /// Limits that tests reach soon: 100 bytes buffered, 2 requests pipelined, 300 bytes discarded, 10 bytes in 10 s.
    static func small(_ transport: IntakeContext.Transport = .connection) -> IntakeLimits {
        var limits = TransportLimits()
        limits.pipelinedRequests = 2
        limits.discardedBytes = 300
        limits.bodyBytesPerWindow = 10
        limits.answerBytesPerWindow = 10
        var intake = IntakeLimits(limits, for: transport)
        intake.bufferedBytes = 100
        return intake
    }
}

extension IncomingHead {
    static func test(
        _ path: String, keepsConnection: Bool = true, isHTTP10: Bool = false, expects: Bool = false,
        isValid: Bool = true
    ) -> IncomingHead {
        var request = HTTPRequest(method: .post, scheme: nil, authority: "a", path: path)
        if expects { request.headerFields[.expect] = "100-Continue" }
        return IncomingHead(
            request: isValid ? request : nil, keepsConnection: keepsConnection, isHTTP10: isHTTP10)
    }
}
