import HTTPCore
import HTTPTypes
import Logging
import Metrics
import NIOCore

/// One request and its answer, on the event loop of their connection.
///
/// The pipeline runs in one task that begins at once on this loop. A request whose route has a plan, and whose body is
/// complete, runs without a task.
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
    private var writer: (any ResponseWriter)?
    private var phase = Phase.handling
    private var task: Task<Void, Never>?
    private var streamed: StreamedAnswer?
    /// The body, when it was not complete at the begin.
    private var incoming: IncomingBody?
    /// Bytes of it that `TransportLimits.bodyBytesInFlight` counts.
    private var heldBytes = 0

    init(_ head: HTTPRequest, writer: any ResponseWriter, service: ConnectionService, eventLoop: any EventLoop) {
        self.head = head
        self.writer = writer
        self.service = service
        self.eventLoop = eventLoop
    }

    /// Begins; the answer may be sent before this returns.
    /// - Parameter isLoopback: whether the connection comes from this machine.
    func begin(_ request: IntakeRequest, isLoopback: Bool) {
        // A proxy on this machine speaks for others.
        let isLocal = isLoopback && !head.headerFields.comeFromProxy
        if request.isComplete {
            begin(request.body ?? ByteBuffer(), service.pipeline.context(of: head, isLocal: isLocal))
        } else {
            beginIncomplete(request.body, isLocal: isLocal)
        }
    }

    private func beginIncomplete(_ bytes: ByteBuffer?, isLocal: Bool) {
        if let bytes, !hold(bytes.readableBytes) { return finish(failing: .overloaded) }
        let body = IncomingBody(on: eventLoop, first: bytes) { [weak self] event in
            switch event {
            case .taken: self?.writer?.bodyTaken()
            case .requested: self?.writer?.bodyRequested()
            }
        }
        incoming = body
        run(body, service.pipeline.context(of: head, isLocal: isLocal))
    }

    private func begin(_ bytes: ByteBuffer, _ context: RequestPipeline.Context) {
        switch service.responder.start(head, in: context, bytes) {
        case .task: run(BufferedBody(bytes: bytes), context)
        case .answer(let answer): _ = finish(.success(answer))
        case .waiting(let waiting):
            guard service.enter() else { return finish(failing: .overloaded) }
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
                _ = try? await eventLoop.runHere { _ = box.value.finish(.success(answer)) }
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
            guard let following = try? await eventLoop.runHere({ box.value.finish(result) }) else { return }
            await StreamedAnswer.send(following.stream, following.sender, eventLoop)
        }
        guard let task else { return finish(failing: .overloaded) }
        if phase != .over { self.task = task }
    }

    private func finish(failing problem: Problem) {
        _ = finish(.failure(problem))
    }

    /// Sends the answer. To be called once, on the event loop.
    /// - Returns: the stream to send next, if the answer has one.
    private func finish(_ result: Result<APIResponse, any Error>) -> FollowingStream? {
        service.releaseBody(heldBytes)
        heldBytes = 0
        guard phase == .handling, let writer else {
            if case .success(let answer) = result { answer.stream?.ended(0, ChannelError.ioOnClosedChannel) }
            return nil
        }
        switch result {
        case .success(let answer):
            if let stream = answer.stream {
                return begin(stream, of: answer, writer)
            }
            end()
            writer.send(answer)
        case .failure(let problem as Problem):
            service.metrics.busyRequests.increment()
            end()
            writer.send(service.pipeline.refusal(problem, to: head))
        case .failure:
            end()
            writer.abort()
        }
        return nil
    }

    private struct FollowingStream: Sendable {
        let stream: AnswerStream
        let sender: NIOLoopBound<StreamedAnswer>
    }

    private func begin(_ stream: AnswerStream, of answer: APIResponse, _ writer: any ResponseWriter) -> FollowingStream
    {
        phase = .streaming
        let sender = StreamedAnswer(writer) { [self] in end() }
        streamed = sender
        writer.sendHead(answer)
        return FollowingStream(stream: stream, sender: NIOLoopBound(sender, eventLoop: eventLoop))
    }

    // MARK: The connection's side

    /// The body's next bytes.
    func append(_ piece: ByteBuffer) {
        guard phase != .over else { return }
        if hold(piece.readableBytes) {
            incoming?.append(piece)
        } else {
            incoming?.end(.failure(Problem.overloaded))
            writer?.bodyTaken()
        }
    }

    /// The body is complete.
    func endBody() {
        incoming?.end(.success(()))
    }

    private func hold(_ count: Int) -> Bool {
        // A handler that reads more than this does not keep it.
        let count = min(count, BodyRule.standardLimit - heldBytes)
        guard count > 0 else { return true }
        guard service.holdBody(count) else { return false }
        heldBytes += count
        return true
    }

    /// How long the handler may take to begin its answer once the request is complete.
    var handlerTime: TimeAmount {
        let mayTakeLong = heldBytes >= BodyRule.standardLimit || service.pipeline.hasLongWork(head)
        return TimeAmount(mayTakeLong ? service.limits.bodyTime : service.limits.handlerTime)
    }

    /// Answers 503 in place of the handler. The handler still runs; its answer is not sent.
    func answerOverdue() {
        guard phase == .handling, let writer else { return }
        let answer = service.pipeline.refusal(Problem.tooLate, to: head)
        service.metrics.lateRequests.increment()
        service.logger.warning(
            "request took too long", metadata: ["request_id": "\(answer.headers[.requestID] ?? "")"])
        end()
        writer.send(answer)
    }

    func writerBecameWritable() { streamed?.writerBecameWritable() }

    /// The connection is gone. The handler still runs, since the outcome of its writes must become known; its answer is
    /// not sent.
    /// - Parameter cancels: whether to cancel the handler: the server stops.
    func abandon(cancels: Bool) {
        guard phase != .over else { return }
        let task = task
        end()
        incoming?.end(.failure(ChannelError.inputClosed))
        if cancels { task?.cancel() }
    }

    private func end() {
        if phase == .streaming {
            // What came of the body since the handler has returned.
            service.releaseBody(heldBytes)
            heldBytes = 0
        }
        phase = .over
        task = nil
        writer = nil
        streamed.take()?.abandon()
    }
}
