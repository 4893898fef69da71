import HTTPTypes
import NIOCore

/// Where the current request of a connection or stream stands.
///
/// Events go in, an action comes out. `RequestIntake` decides when a part is due.
enum RequestState: ~Copyable {
    enum Response {
        case pending
        /// A part of it is sent.
        case started
    }

    struct Receiving {
        var response = Response.pending
        var pace: BodyPace
        /// Bytes that wait for the handler.
        var buffered: Int
        /// Whether the handler waits for bytes.
        var isAwaited = false
        /// Whether the client waits for `100 Continue`.
        var expectsContinue: Bool
    }

    struct Answering {
        var response = Response.pending
        /// When the request was complete.
        let start: NIODeadline
    }

    /// Between requests. Can transition to: gathering, answering, ending, closed.
    case idle
    /// The head is here; the body may still come whole in this read. Can transition to: receiving, answering, ending,
    /// closed.
    case gathering(HTTPRequest, ByteBuffer?)
    /// The handler runs, and the body still arrives. Can transition to: answering, discarding, ending, closed.
    case receiving(Receiving)
    /// The request is complete, its answer is not. Can transition to: idle, ending, finished, closed.
    case answering(Answering)
    /// The answer is sent; the rest of the body is discarded, so that the connection can be used again. Can transition
    /// to: idle, ending, finished, closed.
    case discarding(BodyPace, bytes: Int)
    /// The last answer is sent. What still comes is discarded: to close with bytes unread would make the kernel take
    /// back the answer. Can transition to: closed.
    case ending(since: NIODeadline)
    /// A stream's request and answer are complete. Can transition to: closed.
    case finished
    /// For good.
    case closed
}

// MARK: - The client's side

extension RequestState {
    mutating func received(
        _ part: consuming IntakePart, _ context: inout IntakeContext, now: NIODeadline
    ) -> IntakeAction {
        switch consume self {
        case .idle:
            self = .idle
            return begin(part, &context, now)
        case .gathering(let head, let bytes):
            self = .closed
            return gather(part, head, bytes, &context, now)
        case .receiving(let receiving):
            self = .closed
            return receive(part, receiving, &context, now)
        case .answering(let answering):
            self = .answering(answering)
            return .none
        case .discarding(let pace, let bytes):
            self = .closed
            return discard(part, pace, bytes, context, now)
        case .ending(let since):
            guard case .inputEnd = part else {
                self = .ending(since: since)
                return .none
            }
            self = .ending(since: now)
            return .closeWhenSent
        case .finished:
            self = .finished
            return .none
        case .closed:
            self = .closed
            return .none
        }
    }

    private mutating func begin(
        _ part: consuming IntakePart, _ context: inout IntakeContext, _ now: NIODeadline
    ) -> IntakeAction {
        switch part {
        case .head(let head):
            context.isHTTP10 = head.isHTTP10
            if !head.keepsConnection { context.isPersistent = false }
            guard let request = head.request else { return reject(&context, now) }
            self = .gathering(request, nil)
            return .none
        case .malformed: return reject(&context, now)
        case .inputEnd: return end(context, now)
        case .body, .end: return close()
        }
    }

    private mutating func gather(
        _ part: consuming IntakePart, _ head: consuming HTTPRequest, _ bytes: consuming ByteBuffer?,
        _ context: inout IntakeContext, _ now: NIODeadline
    ) -> IntakeAction {
        switch part {
        case .body(let piece):
            if bytes == nil { bytes = piece } else { bytes?.writeImmutableBuffer(piece) }
            let isLong = (bytes?.readableBytes ?? 0) > context.limits.bufferedBytes
            self = .gathering(head, bytes)
            return isLong ? beginIncomplete(now: now) : .none
        case .end:
            self = .answering(Answering(start: now))
            return .begin(IntakeRequest(head: head, body: bytes, isComplete: true))
        case .malformed, .inputEnd: return reject(&context, now)
        case .head: return close()
        }
    }

    private mutating func receive(
        _ part: consuming IntakePart, _ receiving: consuming Receiving, _ context: inout IntakeContext,
        _ now: NIODeadline
    ) -> IntakeAction {
        switch part {
        case .body(let piece):
            let count = piece.readableBytes
            receiving.pace.received(count)
            // Bytes that the handler waits for pass it at once.
            if !receiving.isAwaited { receiving.buffered += count }
            if count > 0 { receiving.isAwaited = false }
            self = .receiving(receiving)
            return count > 0 ? .deliver(piece) : .none
        case .end:
            self = .answering(Answering(response: receiving.response, start: now))
            return .endBody
        case .malformed, .inputEnd:
            // In the middle of an answer nothing can be said any more.
            return receiving.response == .started ? close() : reject(&context, now)
        case .head: return close()
        }
    }

    private mutating func discard(
        _ part: consuming IntakePart, _ pace: consuming BodyPace, _ bytes: Int, _ context: IntakeContext,
        _ now: NIODeadline
    ) -> IntakeAction {
        switch part {
        case .body(let piece):
            let bytes = bytes + piece.readableBytes
            guard bytes <= context.limits.discardedBytes else { return close() }
            pace.received(piece.readableBytes)
            self = .discarding(pace, bytes: bytes)
            return .none
        case .end: return completed(context, now)
        case .head, .malformed, .inputEnd: return close()
        }
    }

    /// Begins a request although its body is not complete.
    mutating func beginIncomplete(now: NIODeadline) -> IntakeAction {
        guard case .gathering(let head, let bytes) = consume self else { preconditionFailure("no request is gathered") }
        self = .receiving(
            Receiving(
                pace: BodyPace(now: now), buffered: bytes?.readableBytes ?? 0,
                expectsContinue: bytes == nil && head.headerFields[.expect]?.lowercased() == "100-continue"))
        return .begin(IntakeRequest(head: head, body: bytes, isComplete: false))
    }
}

// MARK: - Ends

extension RequestState {
    /// Request and answer are complete, or the rest of the request is discarded.
    mutating func completed(_ context: IntakeContext, _ now: NIODeadline) -> IntakeAction {
        switch context.transport {
        case .stream:
            self = .finished
            return .none
        case .connection where context.isPersistent:
            self = .idle
            return .becomeIdle
        case .connection:
            self = .ending(since: now)
            return .closeWhenSent
        }
    }

    /// No further request is answered.
    mutating func end(_ context: IntakeContext, _ now: NIODeadline) -> IntakeAction {
        self = .ending(since: now)
        // If the client has closed its side, closing ours now would drop bytes that are not sent yet.
        return context.hasInputClosed ? .closeWhenSent : .closeOutput
    }

    private mutating func reject(_ context: inout IntakeContext, _ now: NIODeadline) -> IntakeAction {
        context.isPersistent = false
        self = .answering(Answering(start: now))
        return .rejectMalformed
    }

    private mutating func close() -> IntakeAction {
        self = .closed
        return .close
    }
}
