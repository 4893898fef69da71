import NIOCore

/// One direction of PostgreSQL's protocol, split into messages (PostgreSQL's manual, *Frontend/Backend Protocol*).
struct PostgresMessages {
    struct Message {
        /// nil for the client's first message, which has no type.
        let type: UInt8?
        /// The complete message.
        let bytes: ByteBuffer

        /// The zero-terminated strings at the start of the message.
        func texts(_ count: Int) -> [String] {
            var rest = bytes
            rest.moveReaderIndex(forwardBy: type == nil ? 4 : 5)
            var texts: [String] = []
            while texts.count < count, let end = rest.readableBytesView.firstIndex(of: 0) {
                texts.append(rest.readString(length: end - rest.readerIndex) ?? "")
                rest.moveReaderIndex(forwardBy: 1)
            }
            return texts
        }
    }

    private var buffer = ByteBuffer()
    private var isUntyped: Bool

    /// - Parameter beginsUntyped: whether the first message has a length and no type.
    init(beginsUntyped: Bool) { isUntyped = beginsUntyped }

    mutating func append(_ bytes: ByteBuffer) {
        buffer.writeImmutableBuffer(bytes)
    }

    /// The next complete message; nil if none has arrived yet.
    mutating func next() -> Message? {
        let start = buffer.readerIndex
        let lengthOffset = isUntyped ? 0 : 1
        guard let length = buffer.getInteger(at: start + lengthOffset, as: UInt32.self) else { return nil }
        let type = isUntyped ? nil : buffer.getInteger(at: start, as: UInt8.self)
        guard let bytes = buffer.readSlice(length: Int(length) + lengthOffset) else { return nil }
        isUntyped = false
        buffer.discardReadBytes()
        return Message(type: type, bytes: bytes)
    }
}
