import HTTPTypes
import NIOCore

@testable import HTTPCore
@testable import HTTPTransport

/// A connection whose client, handlers, socket and clock are random, and what must hold whatever they do.
final class IntakeSimulation {
    /// Bytes that one read brings at most.
    private static let readSize = 160
    /// The last part of a read may be longer than what is left of it.
    private static let highestWaitingBytes = readSize + SimulatedClient.highestPiece

    private let trace: SimulationTrace
    private var random: SplitMix
    private var client: SimulatedClient
    private let harness: IntakeHarness
    private let limits = IntakeLimits.small()
    /// The one at work.
    private var handler: SimulatedHandler?
    private var lastBegun = -1
    private(set) var answered = 0
    private var isRejected = false
    /// The channel has asked for bytes and has not got them.
    private var isReadDue = false
    private var isWritable = true
    private var hasEnded = false
    private(set) var closes = 0
    private var isQuiescing = false
    /// Bytes of the last body that its handler has received.
    private var received = 0

    init(seed: UInt64) {
        trace = SimulationTrace(seed: seed)
        random = SplitMix(seed: seed)
        client = SimulatedClient(requests: Int.random(in: 1...8, using: &random), using: &random)
        harness = IntakeHarness(.connection, limits)
        harness.handlerTime = .seconds(5)
        harness.onAction = { [unowned self] in check($0) }
        harness.onRead = { [unowned self] in
            expect(!isReadDue || closes > 0, "two reads at once")
            isReadDue = true
        }
        _ = harness.requestRead()
    }

    private func expect(_ condition: Bool, _ what: @autoclosure () -> String) { trace.expect(condition, what()) }

    private func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }

    // MARK: What must hold

    private func check(_ action: IntakeAction) {
        if case .none = action { return }
        note("-> \(IntakeScript.word(action) ?? "")")
        expect(closes == 0, "an action after the close")
        switch action {
        case .none: break
        case .begin(let request): begin(request)
        case .deliver(let piece): deliver(piece)
        case .endBody:
            expect(handler?.isComplete == false, "an end of no body")
            handler?.isComplete = true
            expect(handler.map { $0.received == client.lengths[$0.request] } ?? false, "an end before the end")
        case .sendContinue:
            expect(handler?.isAnswering == false && handler?.wasToldToContinue == false, "100 out of place")
            handler?.wasToldToContinue = true
        case .rejectMalformed:
            expect(handler?.isAnswering != true, "400 in the middle of an answer")
            expect(!hasEnded, "400 behind the last answer")
            handler = nil
            isRejected = true
        case .becomeIdle: expect(handler == nil, "idle while a handler is at work")
        case .closeOutput, .closeWhenSent:
            expect(handler == nil, "the end while a handler is at work")
            if case .closeOutput = action { expect(!client.hasClosed, "a half close behind the client's own") }
            hasEnded = true
        case .close:
            let discarded = client.sentBytes(of: lastBegun) - received
            expect(hasEnded || client.hasEnded || discarded > limits.discardedBytes, "a close without a reason")
            closes += 1
            hasEnded = true
            handler = nil
        }
    }

    private func begin(_ request: IntakeRequest) {
        expect(handler == nil, "two handlers at once")
        expect(!hasEnded, "a request begins behind the last answer")
        let number = Int(request.head.path?.dropFirst() ?? "") ?? -1
        expect(number == lastBegun + 1, "request \(number) begins behind \(lastBegun)")
        lastBegun = number
        handler = SimulatedHandler(request: number, isComplete: request.isComplete)
        if let body = request.body { take(body) }
        if request.isComplete { expect(handler?.received == client.lengths[number], "a body is not whole") }
        if chance(30) { answer() }
    }

    private func deliver(_ piece: ByteBuffer) {
        expect(handler?.isComplete == false, "bytes for no handler")
        take(piece)
        expect(handler?.waiting ?? 0 <= limits.bufferedBytes + Self.highestWaitingBytes, "too many bytes wait")
        if chance(10) { answer() }
    }

    private func take(_ bytes: ByteBuffer) {
        expect(handler?.receive(bytes) ?? true, "other bytes than those of the body's next place")
    }

    // MARK: What happens

    func step() {
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<45: read()
        case 45..<80: moveHandler()
        case 80..<88:
            isWritable.toggle()
            note("writable \(isWritable)")
            harness.changeWritability(isWritable)
        case 88..<95: pass(.milliseconds(Int64.random(in: 0...3_000, using: &random)))
        case 95..<97: harness.unsent = harness.unsent == 0 ? 5 : harness.unsent
        case 97..<99: sendOutput()
        default:
            guard chance(30) else { return }
            note("quiesce")
            isQuiescing = true
            harness.quiesce()
        }
    }

    /// Leaves all at once, as the kernel may tell at any time.
    func lose() {
        note("lost")
        hasEnded = true
        harness.close()
        expect(closes == 1, "not closed")
    }

    private func read() {
        guard isReadDue, !client.parts.isEmpty, closes == 0 else { return }
        isReadDue = false
        note("read")
        var left = Self.readSize
        while left > 0, closes == 0, let part = client.next() {
            note("\(part)")
            left -= part.size
            part.send(to: harness)
            if chance(10) { break }
        }
        harness.completeRead()
        // The channel reads again after each read.
        if closes == 0, !isReadDue { _ = harness.requestRead() }
    }

    private func moveHandler() {
        guard let current = handler else { return }
        if current.mayTake, chance(50) {
            takeBody()
        } else if current.mayRequest, chance(80) {
            requestBody()
        } else if chance(40) {
            answer()
        }
    }

    private func takeBody() {
        note("take")
        handler?.take()
        harness.takeBody()
    }

    private func requestBody() {
        note("request")
        handler?.isAwaiting = true
        harness.requestBody()
    }

    private func answer() {
        guard let current = handler else { return }
        if !current.isAnswering, chance(50) {
            note("start of answer")
            handler?.isAnswering = true
            harness.startAnswer(hasLength: chance(50))
            if chance(60) { return }
        }
        note("end of answer")
        received = current.received
        handler = nil
        answered += 1
        harness.endAnswer()
    }

    private func pass(_ time: TimeAmount) {
        let timeout = harness.pass(time)
        guard timeout != .none else { return }
        note("\(timeout)")
        if timeout == .answerOverdue {
            expect(handler?.isAnswering == false && handler?.isComplete == true, "an answer that is not overdue")
            handler = nil
            harness.endAnswer()
            expect(hasEnded, "a connection continues after an overdue answer")
        } else {
            expect(closes == 0, "two closes")
            closes += 1
            hasEnded = true
            handler = nil
        }
    }

    private func sendOutput() {
        harness.sent += harness.unsent
        harness.completeOutput()
    }

    private func note(_ what: String) { trace.note(what) }

    // MARK: The end

    /// Lets client, handlers and socket do what they have to until nothing is left: then nothing may be stuck.
    func settle() {
        sendOutput()
        isWritable = true
        harness.changeWritability(true)
        for _ in 0..<1_000 where closes == 0 && !client.parts.isEmpty || handler != nil {
            read()
            guard let current = handler else { continue }
            if current.isComplete || current.isAnswering || chance(20) {
                answer()
            } else if current.mayTake {
                takeBody()
            } else if current.mayRequest {
                requestBody()
            }
        }
        sendOutput()
        expect(handler == nil, "a handler is left")
        expect(client.parts.isEmpty || closes > 0, "the socket is read no more")
        if !hasEnded {
            expect(!isRejected && !isQuiescing, "the connection continues")
            expect(isReadDue, "no read is due on an idle connection")
            expect(answered == client.lengths.count, "\(answered) answers to \(client.lengths.count) requests")
            harness.quiesce()
            expect(closes == 1, "an idle connection is not closed")
        } else if closes == 0 {
            pass(limits.lingerTime)
        }
        expect(closes == 1, "\(closes) closes")
        lose()
    }
}
