import HTTPCore
import HTTPTypes
import Logging
import NIOCore
import NIOHTTP1

/// What an exchange sends, and how a connection ends.
extension HTTP1Connection {
    var isWritable: Bool { context?.channel.isWritable ?? false }

    func send(_ answer: APIResponse) {
        writeHead(answer, length: answer.body?.readableBytes ?? 0, body: answer.body)
        answered()
    }

    func sendHead(_ answer: APIResponse) {
        isChunked = answer.headers[.contentLength] == nil && !isHTTP10
        if !isChunked, isHTTP10, answer.headers[.contentLength] == nil { isPersistent = false }
        writeHead(answer, length: nil, body: nil)
        flushSoon()
    }

    func sendPiece(_ piece: ByteBuffer) {
        guard isChunked else { return writeAndFlushSoon(piece) }
        write(ByteBuffer(string: String(piece.readableBytes, radix: 16) + "\r\n"))
        write(piece)
        writeAndFlushSoon(ByteBuffer(string: "\r\n"))
    }

    func sendEnd() {
        if isChunked { write(ByteBuffer(string: "0\r\n\r\n")) }
        answered()
    }

    func sendContinue() {
        writeAndFlushSoon(ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n"))
    }

    func cut() {
        exchange = nil
        close()
    }

    func writeHead(_ answer: APIResponse, length: Int?, body: ByteBuffer?) {
        guard let context else { return }
        let small = (body?.readableBytes ?? 0) <= HTTP1Encoder.highestCopiedBytes
        var buffer = context.channel.allocator.buffer(capacity: 512 + (small ? body?.readableBytes ?? 0 : 0))
        HTTP1Encoder.write(
            answer, length: length, isChunked: length == nil && isChunked, date: service.date,
            connection: isPersistent ? (isHTTP10 ? "keep-alive" : nil) : "close", to: &buffer)
        if let body, small { buffer.writeImmutableBuffer(body) }
        write(buffer)
        if let body, !small { write(body) }
    }

    /// The answer is sent, to its end.
    func answered() {
        exchange = nil
        switch phase {
        case .answering where isPersistent:
            becomeIdle()
            flushSoon()
            drain()
        case .receiving where isPersistent:
            phase = .dropping(bytes: 0)
            flushSoon()
            readOn()
        default: linger()
        }
    }

    func refuseNonsense() {
        isPersistent = false
        let nothing = HTTPRequest(method: .get, scheme: nil, authority: nil, path: nil)
        let answer = service.pipeline.refusal(
            Problem(.malformedRequest, "The request is not valid HTTP."), to: nothing)
        let requestID = answer.headers[.requestID] ?? ""
        service.logger.info(
            "request was not HTTP",
            metadata: ["request_id": "\(requestID)", "trace_id": "\(TraceID.of([:]))", "status": "400"])
        send(answer)
    }

    func linger() {
        guard let context else { return }
        // Both sides closed would be the end at once, whatever is still to be sent.
        guard !hasInputEnded else { return closeWhenSent() }
        phase = .lingering
        phaseStart = .now()
        watch.becameBusy()
        waiting.removeAll()
        needsFlush = false
        context.flush()
        // The caller, who reads that this was all, closes its side; `TransportLimits.linger` ends the wait for it.
        let end = context.eventLoop.makePromise(of: Void.self)
        outputEnd = end.futureResult
        context.close(mode: .output, promise: end)
        readOn()
    }

    /// Closes as soon as the socket has taken all answers: to close at once would drop what it has not. A reader that
    /// stands still is cut as at any other time.
    func closeWhenSent() {
        guard let context else { return }
        needsFlush = false
        context.flush()
        guard waitingBytes > 0 else { return close() }
        phase = .lingering
        phaseStart = .now()
        watch.becameBusy()
        waiting.removeAll()
        let connection = NIOLoopBound(self, eventLoop: context.eventLoop)
        if let outputEnd { return outputEnd.whenComplete { _ in connection.value.close() } }
        let sent = context.eventLoop.makePromise(of: Void.self)
        sent.futureResult.whenComplete { _ in connection.value.close() }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: sent)
    }

    func close() {
        phase = .closed
        waiting.removeAll()
        let exchange = exchange
        self.exchange = nil
        exchange?.abandon(cancels: false)
        context?.close(promise: nil)
    }

    // MARK: Writing

    func write(_ bytes: ByteBuffer) {
        writtenBytes &+= bytes.readableBytes
        context?.write(wrapOutboundOut(bytes), promise: nil)
    }

    func writeAndFlushSoon(_ bytes: ByteBuffer) {
        write(bytes)
        flushSoon()
    }

    func flushSoon() {
        if isReading { needsFlush = true } else { context?.flush() }
    }
}
