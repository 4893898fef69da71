import HTTPCore
import NIOCore

/// A body of which not all was there when its request began: the handler takes it piece by piece, and the socket is
/// read only while little of it waits here.
final class ArrivingBody: RequestBody {
    /// Bytes that may wait for the handler before the socket is read no more.
    static let highestWaitingBytes = 64 << 10

    private struct State {
        var waiting: ByteBuffer?
        var ending: Result<Void, any Error>?
        var reader: CheckedContinuation<ByteBuffer?, any Error>?
        /// Is told that the body is wanted: before the first byte, and whenever all that came was taken.
        var onDemand: (() -> Void)?
    }

    private let eventLoop: any EventLoop
    private let state: NIOLoopBoundBox<State>

    /// To be called on the event loop, as is all but `read`.
    init(on eventLoop: any EventLoop, first: ByteBuffer?, onDemand: @escaping () -> Void) {
        self.eventLoop = eventLoop
        state = NIOLoopBoundBox(State(waiting: first, onDemand: onDemand), eventLoop: eventLoop)
    }

    // MARK: The connection's side

    var wantsMore: Bool {
        (state.value.waiting?.readableBytes ?? 0) < Self.highestWaitingBytes
    }

    /// Whether the handler waits for the caller's next bytes.
    var isAwaited: Bool { state.value.reader != nil }

    func append(_ piece: ByteBuffer) {
        guard state.value.ending == nil, piece.readableBytes > 0 else { return }
        if let reader = state.value.reader {
            state.value.reader = nil
            reader.resume(returning: piece)
        } else if state.value.waiting == nil {
            state.value.waiting = piece
        } else {
            state.value.waiting?.writeImmutableBuffer(piece)
        }
    }

    /// Nothing more will come; what is here can still be read when all of it came.
    func end(_ ending: Result<Void, any Error>) {
        guard state.value.ending == nil else { return }
        state.value.ending = ending
        state.value.onDemand = nil
        guard let reader = state.value.reader else { return }
        state.value.reader = nil
        reader.resume(with: ending.map { nil })
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
                give(continuation)
            } else {
                eventLoop.execute { self.give(continuation) }
            }
        }
    }

    private func give(_ continuation: CheckedContinuation<ByteBuffer?, any Error>) {
        if case .failure(let error) = state.value.ending {
            continuation.resume(throwing: error)
        } else if let piece = state.value.waiting {
            state.value.waiting = nil
            continuation.resume(returning: piece)
        } else if state.value.ending != nil {
            continuation.resume(returning: nil)
        } else {
            precondition(state.value.reader == nil, "a body is read by one task")
            state.value.reader = continuation
            state.value.onDemand?()
        }
    }
}

/// A body that was there as a whole when its request began, as nearly all are.
struct ArrivedBody: RequestBody {
    let bytes: ByteBuffer

    func read(upTo limit: Int, _ take: (ByteBuffer) throws -> Void) async throws {
        guard bytes.readableBytes <= limit else { throw NIOTooManyBytesError(maxBytes: limit) }
        if bytes.readableBytes > 0 { try take(bytes) }
    }
}
