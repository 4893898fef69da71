import HTTPCore
import NIOCore

/// Sends the body of one answer piece by piece, each when the writer takes it. Lives on the writer's event loop.
final class StreamedAnswer {
    /// Nil when all is sent, or the connection is gone.
    private var writer: (any ResponseWriter)?
    private var waiter: CheckedContinuation<Void, any Error>?
    private let willEnd: () -> Void

    /// - Parameter willEnd: is called before the answer's end is sent, or the writer aborts.
    init(_ writer: any ResponseWriter, willEnd: @escaping () -> Void) {
        self.writer = writer
        self.willEnd = willEnd
    }

    static func send(
        _ stream: AnswerStream, _ box: NIOLoopBound<StreamedAnswer>, _ eventLoop: any EventLoop
    ) async {
        var bytes = 0
        do {
            while true {
                try await waitUntilWritable(box, eventLoop)
                guard let piece = try await stream.next() else { break }
                bytes += piece.readableBytes
                try await eventLoop.runHere { try box.value.write(piece) }
            }
            try await eventLoop.runHere { try box.value.takeWriter().sendEnd() }
            stream.ended(bytes, nil)
        } catch {
            try? await eventLoop.runHere { try box.value.takeWriter().abort() }
            stream.ended(bytes, error)
        }
    }

    private static func waitUntilWritable(
        _ box: NIOLoopBound<StreamedAnswer>, _ eventLoop: any EventLoop
    ) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            if eventLoop.inEventLoop {
                box.value.resumeWhenWritable(continuation)
            } else {
                eventLoop.execute { box.value.resumeWhenWritable(continuation) }
            }
        }
    }

    private func resumeWhenWritable(_ continuation: CheckedContinuation<Void, any Error>) {
        guard let writer else { return continuation.resume(throwing: ChannelError.ioOnClosedChannel) }
        if writer.isWritable { continuation.resume() } else { waiter = continuation }
    }

    private func write(_ piece: ByteBuffer) throws {
        guard let writer else { throw ChannelError.ioOnClosedChannel }
        if piece.readableBytes > 0 { writer.sendPiece(piece) }
    }

    private func takeWriter() throws -> any ResponseWriter {
        guard let writer else { throw ChannelError.ioOnClosedChannel }
        abandon()
        willEnd()
        return writer
    }

    // MARK: The connection's side

    func writerBecameWritable() {
        waiter.take()?.resume()
    }

    /// The connection is gone.
    func abandon() {
        writer = nil
        waiter.take()?.resume(throwing: ChannelError.ioOnClosedChannel)
    }
}

extension EventLoop {
    /// Runs something on the event loop, which a handler may have left.
    func runHere<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        if inEventLoop { try body() } else { try await submit(body).get() }
    }
}
