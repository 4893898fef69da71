import NIOCore

// MARK: - The handler's side

extension RequestState {
    /// The handler waits for bytes of the body, after `bodyTaken` has reported that none are buffered.
    mutating func bodyRequested() -> IntakeAction {
        switch consume self {
        case .receiving(var receiving):
            let asks = receiving.expectsContinue && receiving.response == .pending
            receiving.expectsContinue = false
            receiving.isAwaited = true
            self = .receiving(receiving)
            return asks ? .sendContinue : .none
        case let other:
            self = other
            return .none
        }
    }

    /// The handler has taken all that came of the body, or it is lost.
    mutating func bodyTaken() {
        switch consume self {
        case .receiving(var receiving):
            receiving.buffered = 0
            self = .receiving(receiving)
        case let other: self = other
        }
    }

    /// The head of an answer is sent, and its body follows in pieces.
    mutating func responseStarted() {
        switch consume self {
        case .receiving(var receiving):
            receiving.response = .started
            self = .receiving(receiving)
        case .answering(var answering):
            answering.response = .started
            self = .answering(answering)
        case let other: self = other
        }
    }

    /// The answer is sent, to its end.
    mutating func responseEnded(_ context: IntakeContext, now: NIODeadline) -> IntakeAction {
        let mayContinue = context.isPersistent || context.transport == .stream
        switch consume self {
        case .answering:
            self = .idle
            return mayContinue ? completed(context, now) : end(context, now)
        case .receiving(let receiving):
            self = .discarding(receiving.pace, bytes: 0)
            return mayContinue ? .none : end(context, now)
        case let other:
            self = other
            return .none
        }
    }
}

// MARK: - The server's side

extension RequestState {
    /// The server begins to stop: a connection without a handler at work ends now, any other after its answer.
    mutating func quiesce(now: NIODeadline) -> IntakeAction {
        guard isBetweenAnswers else { return .none }
        self = .ending(since: now)
        return .closeWhenSent
    }

    /// - Parameters:
    ///   - isReadHeld: whether a read is held back.
    ///   - unsent: bytes of answers that the socket has not taken.
    ///   - handlerTime: how long the handler of the current request may take.
    mutating func checkTime(
        _ now: NIODeadline, _ limits: IntakeLimits, isReadHeld: Bool, unsent: Int, handlerTime: TimeAmount
    ) -> IntakeTimeout {
        switch consume self {
        case .receiving(var receiving):
            let isStopped = isReadHeld || receiving.buffered >= limits.bufferedBytes
            let isSlow = receiving.pace.isTooSlow(now, isStopped: isStopped, limits)
            self = isSlow ? .closed : .receiving(receiving)
            return isSlow ? .closeSlowBody : .none
        case .discarding(var pace, let bytes):
            let isSlow = pace.isTooSlow(now, isStopped: isReadHeld, limits)
            self = isSlow ? .closed : .discarding(pace, bytes: bytes)
            return isSlow ? .closeSlowBody : .none
        case .answering(let answering):
            let isOverdue = answering.response == .pending && now >= answering.start + handlerTime
            self = .answering(answering)
            return isOverdue ? .answerOverdue : .none
        case .ending(let since):
            let isOver = unsent == 0 && now >= since + limits.lingerTime
            self = isOver ? .closed : .ending(since: since)
            return isOver ? .close : .none
        case let other:
            self = other
            return .none
        }
    }
}

// MARK: - Queries

extension RequestState {
    /// Whether the socket may be read.
    /// - Parameter isQueueEmpty: whether no part waits for its turn.
    func mayRead(_ limits: IntakeLimits, isQueueEmpty: Bool) -> Bool {
        switch self {
        case .idle: isQueueEmpty
        case .answering: isQueueEmpty
        case .receiving(let receiving): receiving.buffered < limits.bufferedBytes
        case .closed: false
        default: true
        }
    }

    /// Whether the next part is processed now; else it waits in the queue.
    func takesPart(isWritable: Bool, _ transport: IntakeContext.Transport) -> Bool {
        switch self {
        // A client that does not read its answers gets no more of them made.
        case .idle: isWritable || transport == .stream
        case .answering: transport == .stream
        default: true
        }
    }

    /// Whether no handler is at work.
    private var isBetweenAnswers: Bool {
        switch self {
        case .idle: true
        case .gathering: true
        case .discarding: true
        default: false
        }
    }

    var isGathering: Bool {
        switch self {
        case .gathering: true
        default: false
        }
    }

    var isEnding: Bool {
        switch self {
        case .ending: true
        default: false
        }
    }

    var isClosed: Bool {
        switch self {
        case .closed: true
        default: false
        }
    }
}
