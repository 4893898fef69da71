import HTTPTypes
import Logging
import Metrics
import NIOCore
import NIOHTTP1

/// What the decoder gave, part by part: a request begins, goes on, or the connection ends.
extension HTTP1Connection {
    func take(_ item: Item) {
        if waiting.isEmpty, !isDraining, canProcess(item) {
            isDraining = true
            process(item)
            isDraining = false
            drain()
            return
        }
        if case .part(.head) = item {
            waitingRequests += 1
            guard waitingRequests <= limits.pipelinedRequests else {
                // The ones before it are answered; this one and what follows are not.
                waiting.append(.end)
                return
            }
        }
        if waitingRequests <= limits.pipelinedRequests { waiting.append(item) }
    }

    func drain() {
        guard !isDraining else { return }
        isDraining = true
        while let item = waiting.first, canProcess(item) {
            waiting.removeFirst()
            if case .part(.head) = item { waitingRequests -= 1 }
            process(item)
        }
        isDraining = false
        // Outside of a read nothing more comes by itself.
        if !isReading { beginGathered() }
        readOn()
    }

    /// Begins a request whose body has not come whole in the read that its head came in.
    func beginGathered() {
        guard case .gathering(let head, let bytes) = phase else { return }
        phase = .receiving
        begin(head, bytes, isWhole: false)
    }

    func canProcess(_ item: Item) -> Bool {
        switch phase {
        // A caller that does not read its answers gets no more of them made.
        case .idle: context?.channel.isWritable ?? true
        case .gathering, .receiving, .dropping, .lingering, .closed: true
        case .answering: false
        }
    }

    func process(_ item: Item) {
        switch (phase, item) {
        case (.lingering, .end),
            (.idle, .end) where hasInputEnded:
            closeWhenSent()
        case (.idle, .end): linger()
        case (.lingering, _), (.closed, _), (.answering, _): break
        case (.idle, .part(.head(let head))): receive(head)
        case (.gathering(let head, let bytes), .part(.body(let piece))):
            gather(head, bytes, piece)
        case (.gathering(let head, let bytes), .part(.end)):
            phase = .answering
            begin(head, bytes, isWhole: true)
        case (.receiving, .part(.body(let piece))):
            countBody(piece)
            exchange?.append(piece)
        case (.receiving, .part(.end)):
            phase = .answering
            exchange?.endBody()
        case (.dropping(let bytes), .part(.body(let piece))):
            countBody(piece)
            let bytes = bytes + piece.readableBytes
            phase = .dropping(bytes: bytes)
            if bytes > limits.droppedBytes { close() }
        case (.dropping, .part(.end)): becomeIdle()
        case (.dropping, .notHTTP), (.dropping, .end): close()
        case (.idle, .notHTTP), (.gathering, .notHTTP), (.gathering, .end): refuseNonsense()
        case (.receiving, .notHTTP), (.receiving, .end):
            // The handler hears of it, and then there is nothing to answer but that; in the middle of an answer not even that.
            guard exchange?.isStreaming != true else { return close() }
            let exchange = exchange
            self.exchange = nil
            exchange?.abandon(cancels: false)
            refuseNonsense()
        case (.idle, .part), (.gathering, .part(.head)), (.receiving, .part(.head)), (.dropping, .part(.head)):
            assertionFailure("the decoder gives a head, the body and an end")
            close()
        }
    }

    func receive(_ head: HTTPRequestHead) {
        isHTTP10 = head.version == .http1_0
        // After these the decoder reads no further.
        isPersistent =
            isPersistent && head.isKeepAlive && head.method != .CONNECT && !head.headers.contains(name: "upgrade")
        guard let request = HTTPRequest(head) else { return refuseNonsense() }
        watch.becameBusy()
        phase = .gathering(request, nil)
    }

    func countBody(_ piece: ByteBuffer) {
        bodyBytes &+= piece.readableBytes
    }

    func gather(_ head: HTTPRequest, _ bytes: ByteBuffer?, _ piece: ByteBuffer) {
        var all = bytes ?? ByteBuffer()
        if bytes == nil { all = piece } else { all.writeImmutableBuffer(piece) }
        guard all.readableBytes > ArrivingBody.highestWaitingBytes else {
            phase = .gathering(head, all)
            return
        }
        phase = .receiving
        begin(head, all, isWhole: false)
    }

    func begin(_ head: HTTPRequest, _ bytes: ByteBuffer?, isWhole: Bool) {
        guard let context else { return }
        let now = NIODeadline.now()
        phaseStart = now
        if !isWhole { bodyPace.restart(now, at: bodyBytes) }
        let exchange = Exchange(head, sink: self, service: service, eventLoop: context.eventLoop)
        self.exchange = exchange
        // A proxy on this machine speaks for others: it says so, or it must be told what it may pass on.
        exchange.begin(bytes, isWhole: isWhole, isLocal: isLoopback && !head.headerFields.comeFromProxy)
    }

    func becomeIdle() {
        guard isPersistent else { return closeWhenSent() }
        phase = .idle
        watch.becameIdle()
    }

    func quiesce() {
        isPersistent = false
        switch phase {
        case .idle, .dropping, .gathering: closeWhenSent()
        case .receiving, .answering, .lingering, .closed: break
        }
    }
}
