/// Lets one task wait until another opens the gate.
struct Gate: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() {
        (stream, continuation) = AsyncStream.makeStream()
    }

    func open() {
        continuation.yield()
    }

    /// Returns after `open()`, or when the task is cancelled. One task at a time may wait.
    func wait() async {
        _ = await stream.first { _ in true }
    }
}
