import HTTPCore
import NIOCore

/// A body that was not complete when its request began: the handler takes it piece by piece.
///
/// It tells the connection what the handler takes, so that the socket is read only while few bytes wait here.
final class IncomingBody: RequestBody {
    enum HandlerEvent {
        /// The handler has taken all that waited.
        case taken
        /// The handler waits for the next bytes.
        case requested
    }

    private struct State {
        var waiting: ByteBuffer?
        var end: Result<Void, any Error>?
        var reader: CheckedContinuation<ByteBuffer?, any Error>?
        var onEvent: ((HandlerEvent) -> Void)?
    }

    private let eventLoop: any EventLoop
    private let state: NIOLoopBoundBox<State>

    /// To be called on the event loop, as is all but `read`.
    init(on eventLoop: any EventLoop, first: ByteBuffer?, onEvent: @escaping (HandlerEvent) -> Void) {
        self.eventLoop = eventLoop
        state = NIOLoopBoundBox(State(waiting: first, onEvent: onEvent), eventLoop: eventLoop)
    }

    // MARK: The connection's side

    func append(_ piece: ByteBuffer) {
        guard state.value.end == nil, piece.readableBytes > 0 else { return }
        if let reader = state.value.reader {
            state.value.reader = nil
            reader.resume(returning: piece)
        } else if state.value.waiting == nil {
            state.value.waiting = piece
        } else {
            state.value.waiting?.writeImmutableBuffer(piece)
        }
    }

    /// Nothing more will come. After a success the handler can still take what waits.
    func end(_ end: Result<Void, any Error>) {
        guard state.value.end == nil else { return }
        state.value.end = end
        state.value.onEvent = nil
        guard let reader = state.value.reader else { return }
        state.value.reader = nil
        reader.resume(with: end.map { nil })
    }

    // MARK: The handler's side

    func read(upTo limit: Int, _ take: (ByteBuffer) throws -> Void) async throws {
        var count = 0
        while let piece = try await next() {
            count += piece.readableBytes
            guard count <= limit else { throw NIOTooManyBytesError(maxBytes: limit) }
            try take(piece)
        }
    }

    private func next() async throws -> ByteBuffer? {
        try await withCheckedThrowingContinuation { continuation in
            if eventLoop.inEventLoop {
                resume(continuation)
            } else {
                eventLoop.execute { self.resume(continuation) }
            }
        }
    }

    private func resume(_ continuation: CheckedContinuation<ByteBuffer?, any Error>) {
        if case .failure(let error) = state.value.end {
            continuation.resume(throwing: error)
        } else if let piece = state.value.waiting {
            state.value.waiting = nil
            state.value.onEvent?(.taken)
            continuation.resume(returning: piece)
        } else if state.value.end != nil {
            continuation.resume(returning: nil)
        } else {
            precondition(state.value.reader == nil, "a body is read by one task")
            state.value.reader = continuation
            state.value.onEvent?(.requested)
        }
    }
}
