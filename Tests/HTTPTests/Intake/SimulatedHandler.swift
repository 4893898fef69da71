import NIOCore

/// The handler of one request of a random test.
struct SimulatedHandler {
    let request: Int
    private(set) var received = 0
    /// Bytes that wait for it.
    private(set) var waiting = 0
    var isComplete: Bool
    var isAwaiting = false
    var isAnswering = false
    var wasToldToContinue = false

    var mayTake: Bool { !isAnswering && waiting > 0 }
    var mayRequest: Bool { !isAnswering && waiting == 0 && !isComplete && !isAwaiting }

    init(request: Int, isComplete: Bool) {
        self.request = request
        self.isComplete = isComplete
    }

    /// - Returns: whether the bytes are those of the body's next place.
    mutating func receive(_ bytes: ByteBuffer) -> Bool {
        let expected = SimulatedClient.bytes(of: request, from: received, count: bytes.readableBytes)
        received += bytes.readableBytes
        if !isAwaiting, !isComplete { waiting += bytes.readableBytes }
        isAwaiting = false
        return bytes == expected
    }

    mutating func take() { waiting = 0 }
}
