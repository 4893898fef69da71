import NIOCore

/// What a connection or a stream has to do after an event.
enum IntakeAction {
    case none
    /// Run the handler. It may answer before this returns.
    case begin(IntakeRequest)
    /// Give the bytes to the handler of the current request.
    case deliver(ByteBuffer)
    /// Tell that handler that the body is complete.
    case endBody
    /// Send `100 Continue`.
    case sendContinue
    /// Abandon the handler, if there is one, and answer 400.
    case rejectMalformed
    /// Wait for the next request.
    case becomeIdle
    /// Flush, close our side and wait for the client to close its own.
    case closeOutput
    /// Flush, and report `RequestIntake.outputSent` when the socket has taken everything.
    case closeWhenSent
    /// Abandon the handler, if there is one, and close. Comes once.
    case close

    /// Whether no further request is taken.
    var endsIntake: Bool {
        switch self {
        case .closeOutput, .closeWhenSent, .close: true
        case .none, .begin, .deliver, .endBody, .sendContinue, .rejectMalformed, .becomeIdle: false
        }
    }
}

/// What a connection or a stream has to do after its time limits were checked.
enum IntakeTimeout: Equatable {
    case none
    /// Close: the client sends its body too slowly.
    case closeSlowBody
    /// Close: the client reads its answers too slowly.
    case closeSlowReader
    /// Close: the last answer is sent, and the client has had its time to close its side.
    case close
    /// Answer 503; the handler has had its time.
    case answerOverdue
}
