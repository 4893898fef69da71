import DequeModule
import NIOCore

/// Decides what becomes of the requests of one HTTP/1.1 connection or one HTTP/2 stream: which part of the input is due,
/// when the socket is read, and how the connection ends.
///
/// It has no socket and no clock: events go in, and an action for the connection comes out. After the action of
/// `received`, `readCompleted`, `receivedMalformed` or `inputClosed`, and when `resume` returns true, the connection calls
/// `next` until it returns nil. Parts that arrive meanwhile wait, so that actions do not nest.
struct RequestIntake: ~Copyable {
    private var state = RequestState.idle
    private var context: IntakeContext
    /// Parts that came before their turn.
    private var queue = Deque<IntakePart>()
    /// Heads that came before their turn, with those that were refused.
    private var queuedRequests = 0
    /// Whether the connection carries out actions; what comes meanwhile waits.
    private var isActing = false
    /// Between a read's first part and its end.
    private(set) var isInRead = false
    /// Whether the channel has asked to read and must wait.
    private var isReadHeld = false
    private var isWritable = true
    private var answerRate: TransferRate

    init(_ transport: IntakeContext.Transport, _ limits: IntakeLimits, now: NIODeadline) {
        context = IntakeContext(transport: transport, limits: limits)
        answerRate = TransferRate(now)
    }

    /// Whether the connection can be used again after the current request.
    var isPersistent: Bool { context.isPersistent }
    /// Whether the current request is one of HTTP/1.0.
    var isHTTP10: Bool { context.isHTTP10 }

    // MARK: - The client's side

    /// - Returns: nil when the part waits for its turn.
    mutating func received(_ part: consuming IntakePart, now: NIODeadline) -> IntakeAction? {
        isInRead = true
        return take(part, now)
    }

    /// - Returns: nil when there is nothing to do.
    mutating func readCompleted(now: NIODeadline) -> IntakeAction? {
        isInRead = false
        guard !isActing, state.isGathering else { return nil }
        isActing = true
        return state.beginIncomplete(now: now)
    }

    /// The decoder has given up.
    mutating func receivedMalformed(now: NIODeadline) -> IntakeAction? {
        take(.malformed, now)
    }

    /// The client has closed its side.
    mutating func inputClosed(now: NIODeadline) -> IntakeAction? {
        context.hasInputClosed = true
        return take(.inputEnd, now)
    }

    private mutating func take(_ part: consuming IntakePart, _ now: NIODeadline) -> IntakeAction? {
        if queue.isEmpty, !isActing, state.takesPart(isWritable: isWritable, context.transport) {
            isActing = true
            return process(part, now)
        }
        enqueue(part)
        return nil
    }

    private mutating func enqueue(_ part: consuming IntakePart) {
        if case .head = part {
            queuedRequests += 1
            if queuedRequests == context.limits.pipelinedRequests + 1 {
                // The requests before this one are answered; this one and what follows are not.
                queue.append(.inputEnd)
            }
        }
        guard queuedRequests <= context.limits.pipelinedRequests else { return }
        queue.append(part)
    }

    private mutating func process(_ part: consuming IntakePart, _ now: NIODeadline) -> IntakeAction {
        finish(state.received(part, &context, now: now))
    }

    private mutating func finish(_ action: IntakeAction) -> IntakeAction {
        if action.endsIntake { queue.removeAll() }
        return action
    }

    // MARK: - Turns

    /// - Returns: whether to call `next`; false while the connection carries out an action.
    mutating func resume() -> Bool {
        guard !isActing else { return false }
        isActing = true
        return true
    }

    /// - Returns: nil when there is nothing to do until the next event.
    mutating func next(now: NIODeadline) -> IntakeAction? {
        if !queue.isEmpty, state.takesPart(isWritable: isWritable, context.transport) {
            let part = queue.removeFirst()
            if case .head = part { queuedRequests -= 1 }
            return process(part, now)
        }
        // No more parts can arrive before the next read.
        if !isInRead, state.isGathering { return state.beginIncomplete(now: now) }
        isActing = false
        return nil
    }

    // MARK: - Reads

    /// The channel asks to read.
    /// - Returns: false when it must wait.
    mutating func readRequested() -> Bool {
        isReadHeld = !mayRead
        return !isReadHeld
    }

    /// - Returns: whether to make the read that was held back.
    mutating func readResumed() -> Bool {
        guard isReadHeld, mayRead else { return false }
        isReadHeld = false
        return true
    }

    private var mayRead: Bool { state.mayRead(context.limits, isQueueEmpty: queue.isEmpty) }

    // MARK: - The handler's side

    /// The handler waits for bytes of the body; it has taken all that came.
    mutating func bodyRequested() -> IntakeAction { state.bodyRequested() }

    /// The handler has taken all that came of the body, or it is lost.
    mutating func bodyTaken() { state.bodyTaken() }

    /// An answer begins, and its body follows in pieces.
    /// - Returns: whether the pieces are chunks; otherwise its length, or the connection's end, ends the body.
    mutating func responseStarted(hasLength: Bool) -> Bool {
        state.responseStarted()
        if !hasLength, context.isHTTP10 { context.isPersistent = false }
        return !hasLength && !context.isHTTP10
    }

    /// The answer is sent, to its end.
    mutating func responseEnded(now: NIODeadline) -> IntakeAction {
        finish(state.responseEnded(context, now: now))
    }

    // MARK: - The connection's side

    mutating func writabilityChanged(_ isWritable: Bool) {
        self.isWritable = isWritable
    }

    /// The server begins to stop.
    mutating func quiesce(now: NIODeadline) -> IntakeAction {
        context.isPersistent = false
        return finish(state.quiesce(now: now))
    }

    /// The socket has taken everything that was to be sent before the end.
    mutating func outputSent() -> IntakeAction {
        state.isEnding ? close() : .none
    }

    /// The connection must end now, or has ended.
    mutating func close() -> IntakeAction {
        guard !state.isClosed else { return .none }
        state = .closed
        return finish(.close)
    }

    /// Checks the time limits.
    /// - Parameters:
    ///   - unsent: bytes of answers that the socket has not taken.
    ///   - sent: bytes that it has taken, of all answers.
    ///   - handlerTime: how long the handler of the current request may take.
    mutating func checkTime(_ now: NIODeadline, unsent: Int, sent: Int, handlerTime: TimeAmount) -> IntakeTimeout {
        guard !state.isClosed else { return .none }
        if isReaderTooSlow(now, unsent: unsent, sent: sent) {
            _ = close()
            return .closeSlowReader
        }
        let timeout = state.checkTime(
            now, context.limits, isReadHeld: isReadHeld, unsent: unsent, handlerTime: handlerTime)
        switch timeout {
        case .none: break
        case .answerOverdue: context.isPersistent = false
        case .close, .closeSlowBody, .closeSlowReader: queue.removeAll()
        }
        return timeout
    }

    private mutating func isReaderTooSlow(_ now: NIODeadline, unsent: Int, sent: Int) -> Bool {
        guard unsent > 0 else {
            answerRate.restart(now, at: sent)
            return false
        }
        return answerRate.isTooSlow(
            now, count: sent, bytes: min(context.limits.answerBytesPerWindow, unsent), in: context.limits.rateWindow)
    }
}
