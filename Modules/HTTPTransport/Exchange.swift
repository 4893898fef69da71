import HTTPCore
import HTTPTypes
import Logging
import Metrics
import NIOCore

/// One request and its answer, on the event loop of their connection.
///
/// The pipeline runs in one task that begins at once on this loop. A request whose route has a planner, and whose body
/// is here as a whole, does without.
final class Exchange {
    private enum Phase {
        /// No byte of the answer is sent.
        case handling
        case streaming
        case over
    }

    let head: HTTPRequest
    private let eventLoop: any EventLoop
    private let service: ConnectionService
    private var sink: (any AnswerSink)?
    private var phase = Phase.handling
    private var task: Task<Void, Never>?
    /// The answer's stream waits for room in the sink.
    private var room: CheckedContinuation<Void, any Error>?
    /// The body, when it was not there as a whole.
    private var arriving: ArrivingBody?
    /// What of it was given to the handler, as `TransportLimits.bodyBytesInFlight` counts it.
    private var heldBytes = 0
    /// When the whole request was here.
    private var requestEnd: NIODeadline?

    init(_ head: HTTPRequest, sink: any AnswerSink, service: ConnectionService, eventLoop: any EventLoop) {
        self.head = head
        self.sink = sink
        self.service = service
        self.eventLoop = eventLoop
    }

    /// Begins; the answer may be sent before this returns.
    /// - Parameter isWhole: whether the bytes are the whole body; else the rest is given to `arriving`.
    func begin(_ bytes: ByteBuffer?, isWhole: Bool, isLocal: Bool) {
        guard isWhole else {
            if let bytes, !hold(bytes.readableBytes) {
                _ = finish(.failure(Problem.overloaded))
                return
            }
            let asksFirst = head.headerFields[.expect]?.lowercased() == "100-continue" && bytes == nil
            var hasAsked = false
            let body = ArrivingBody(on: eventLoop, first: bytes) { [weak self] in
                if asksFirst, !hasAsked, self?.phase == .handling { self?.sink?.sendContinue() }
                hasAsked = true
                self?.sink?.wantBody()
            }
            arriving = body
            run(body, service.pipeline.context(of: head, isLocal: isLocal))
            return
        }
        requestEnd = .now()
        let bytes = bytes ?? ByteBuffer()
        let context = service.pipeline.context(of: head, isLocal: isLocal)
        switch service.responder.start(head, in: context, bytes) {
        case .task: run(ArrivedBody(bytes: bytes), context)
        case .answer(let answer): _ = finish(.success(answer))
        case .waiting(let waiting):
            guard service.enter() else {
                _ = finish(.failure(Problem.overloaded))
                return
            }
            service.responder.proceed(waiting, head, in: context) { [self] step in take(step) }
        }
    }

    /// Sends the answer, or has the rest of it loaded in a task.
    private func take(_ step: LoopResponder.Step) {
        switch step {
        case .answer(let answer):
            _ = finish(.success(answer))
            service.leave()
        case .load(let load):
            let box = NIOLoopBound(self, eventLoop: eventLoop)
            let eventLoop = eventLoop
            let task = service.runCounted {
                let answer = await load()
                _ = try? await Exchange.on(eventLoop) { _ = box.value.finish(.success(answer)) }
            }
            if phase != .over { self.task = task }
        }
    }

    private func run(_ body: any RequestBody, _ context: RequestPipeline.Context) {
        let box = NIOLoopBound(self, eventLoop: eventLoop)
        let (head, pipeline, eventLoop) = (head, service.pipeline, eventLoop)
        let task = service.run {
            let result: Result<APIResponse, any Error>
            do {
                result = .success(try await pipeline.respond(to: head, in: context, body: body))
            } catch {
                result = .failure(error)
            }
            let stream = try? await Exchange.on(eventLoop) { box.value.finish(result) }
            if let stream = stream ?? nil { await Exchange.send(stream, box, eventLoop) }
        }
        guard let task else {
            _ = finish(.failure(Problem.overloaded))
            return
        }
        if phase != .over { self.task = task }
    }

    /// Sends the answer. To be called once, on the event loop.
    /// - Returns: the stream that is to follow.
    private func finish(_ result: Result<APIResponse, any Error>) -> AnswerStream? {
        service.releaseBody(heldBytes)
        heldBytes = 0
        guard phase == .handling, let sink else {
            if case .success(let answer) = result { answer.stream?.ended(0, ChannelError.ioOnClosedChannel) }
            return nil
        }
        switch result {
        case .success(let answer):
            if let stream = answer.stream {
                phase = .streaming
                sink.sendHead(answer)
                return stream
            }
            end()
            sink.send(answer)
        case .failure(let problem as Problem):
            service.metrics.busyRequests.increment()
            end()
            sink.send(service.pipeline.refusal(problem, to: head))
        case .failure:
            end()
            sink.cut()
        }
        return nil
    }

    /// Sends the stream piece by piece, each when there is room for it.
    private static func send(
        _ stream: AnswerStream, _ box: NIOLoopBound<Exchange>, _ eventLoop: any EventLoop
    ) async {
        var bytes = 0
        do {
            while true {
                try await waitForRoom(box, eventLoop)
                guard let piece = try await stream.next() else { break }
                bytes += piece.readableBytes
                try await on(eventLoop) { try box.value.write(piece) }
            }
            try await on(eventLoop) { try box.value.finishStream() }
            stream.ended(bytes, nil)
        } catch {
            try? await on(eventLoop) { box.value.cutStream() }
            stream.ended(bytes, error)
        }
    }

    /// Runs something on the event loop, where a handler may have left it.
    private static func on<Value: Sendable>(
        _ eventLoop: any EventLoop, _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        if eventLoop.inEventLoop { try body() } else { try await eventLoop.submit(body).get() }
    }

    private static func waitForRoom(_ box: NIOLoopBound<Exchange>, _ eventLoop: any EventLoop) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            if eventLoop.inEventLoop {
                box.value.giveRoom(continuation)
            } else {
                eventLoop.execute { box.value.giveRoom(continuation) }
            }
        }
    }

    private func giveRoom(_ continuation: CheckedContinuation<Void, any Error>) {
        guard phase == .streaming, let sink else {
            continuation.resume(throwing: ChannelError.ioOnClosedChannel)
            return
        }
        if sink.isWritable { continuation.resume() } else { room = continuation }
    }

    private func write(_ piece: ByteBuffer) throws {
        guard phase == .streaming, let sink else { throw ChannelError.ioOnClosedChannel }
        if piece.readableBytes > 0 { sink.sendPiece(piece) }
    }

    private func finishStream() throws {
        guard phase == .streaming, let sink else { throw ChannelError.ioOnClosedChannel }
        end()
        sink.sendEnd()
    }

    private func cutStream() {
        guard phase == .streaming, let sink else { return }
        end()
        sink.cut()
    }

    // MARK: The connection's side

    /// Whether a part of the answer is sent and the rest is not.
    var isStreaming: Bool { phase == .streaming }

    /// Whether the handler takes more of the body now.
    var wantsBody: Bool { arriving?.wantsMore ?? true }

    /// The body's next bytes.
    func append(_ piece: ByteBuffer) {
        guard phase != .over else { return }
        if hold(piece.readableBytes) {
            arriving?.append(piece)
        } else {
            arriving?.end(.failure(Problem.overloaded))
        }
    }

    /// The body is whole.
    func endBody() {
        requestEnd = .now()
        arriving?.end(.success(()))
    }

    private func hold(_ count: Int) -> Bool {
        // Who reads more than this does not keep it.
        let count = min(count, BodyRule.standardLimit - heldBytes)
        guard count > 0 else { return true }
        guard service.holdBody(count) else { return false }
        heldBytes += count
        return true
    }

    /// Whether the handler has had its time and has not begun to answer.
    func isLate(_ now: NIODeadline) -> Bool {
        guard phase == .handling, let requestEnd else { return false }
        guard now >= requestEnd + TimeAmount(service.limits.handlerTime) else { return false }
        let mayTakeLonger = heldBytes >= BodyRule.standardLimit || service.pipeline.hasLongWork(head)
        return !mayTakeLonger || now >= requestEnd + TimeAmount(service.limits.bodyTime)
    }

    /// Answers in the handler's stead. It goes on to its end, and its answer goes nowhere.
    func answerLate() {
        guard phase == .handling, let sink else { return }
        let answer = service.pipeline.refusal(Problem.tooLate, to: head)
        service.metrics.lateRequests.increment()
        service.logger.warning(
            "request took too long", metadata: ["request_id": "\(answer.headers[.requestID] ?? "")"])
        end()
        sink.send(answer)
    }

    func sinkBecameWritable() {
        guard let room else { return }
        self.room = nil
        room.resume()
    }

    /// The connection is gone. The handler goes on to its end, since what it writes must not be left half known; its
    /// answer goes nowhere.
    /// - Parameter cancels: whether the handler is told to give up: the server ends.
    func abandon(cancels: Bool) {
        guard phase != .over else { return }
        let task = task
        end()
        arriving?.end(.failure(ChannelError.inputClosed))
        if cancels { task?.cancel() }
    }

    private func end() {
        if phase == .streaming {
            // What came of the body meanwhile: the handler had returned.
            service.releaseBody(heldBytes)
            heldBytes = 0
        }
        phase = .over
        task = nil
        sink = nil
        if let room {
            self.room = nil
            room.resume(throwing: ChannelError.ioOnClosedChannel)
        }
    }
}

extension Problem {
    /// Nothing was done.
    fileprivate static let overloaded = Problem.retry(
        .systemBusy, "System busy. Please retry.", afterSeconds: 1, cause: "too many requests in flight")

    /// What was asked may still be done.
    fileprivate static let tooLate = Problem(
        .unavailable, "The answer took too long; whether it was carried out is not known.")
}
