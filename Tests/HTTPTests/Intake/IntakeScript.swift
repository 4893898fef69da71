import HTTPTypes
import NIOCore
import Testing

@testable import HTTPCore
@testable import HTTPTransport

/// What happens to a connection or stream in a table of the tests.
enum IntakeEvent {
    case head(String, keepsConnection: Bool = true, isHTTP10: Bool = false, expects: Bool = false, isValid: Bool = true)
    /// A number of bytes of a body.
    case body(Int)
    case end
    /// The end of a read.
    case readEnd
    case malformed
    case inputClosed
    /// The handler waits for more of the body.
    case bodyRequested
    case bodyTaken
    case answerStart(hasLength: Bool = false)
    case answerEnd
    /// The channel asks to read.
    case read
    case writable(Bool)
    /// A number of bytes are written and not taken by the socket.
    case unsent(Int)
    /// The socket has taken everything.
    case outputSent
    case quiesce
    /// The connection is lost.
    case lost
    case seconds(Int64)
}

/// Events, each with what it leads to, in words.
struct IntakeScript: CustomTestStringConvertible {
    let testDescription: String
    let transport: IntakeContext.Transport
    let steps: [(IntakeEvent, String)]

    init(_ name: String, on transport: IntakeContext.Transport = .connection, _ steps: [(IntakeEvent, String)]) {
        testDescription = name
        self.transport = transport
        self.steps = steps
    }

    /// - Returns: what each event led to.
    func run() -> [String] {
        let harness = IntakeHarness(transport, .small(transport))
        var words: [String] = []
        harness.onAction = { if let word = Self.word($0) { words.append(word) } }
        harness.onRead = { words.append("read") }
        return steps.map { event, _ in
            words = []
            if let word = Self.apply(event, harness) { words.append(word) }
            return words.joined(separator: ", ")
        }
    }

    private static func apply(_ event: IntakeEvent, _ harness: IntakeHarness) -> String? {
        switch event {
        case .head(let path, let keeps, let isHTTP10, let expects, let isValid):
            let head = IncomingHead.test(
                path, keepsConnection: keeps, isHTTP10: isHTTP10, expects: expects, isValid: isValid)
            harness.receive(.head(head))
        case .body(let count): harness.receive(.body(ByteBuffer(repeating: 0x61, count: count)))
        case .end: harness.receive(.end)
        case .readEnd: harness.completeRead()
        case .malformed: harness.receiveMalformed()
        case .inputClosed: harness.closeInput()
        case .bodyRequested: harness.requestBody()
        case .bodyTaken: harness.takeBody()
        case .answerStart(let hasLength): return harness.startAnswer(hasLength: hasLength) ? "chunks" : nil
        case .answerEnd: harness.endAnswer()
        case .read: return harness.requestRead() ? nil : "hold"
        case .writable(let isWritable): harness.changeWritability(isWritable)
        case .unsent(let count): harness.unsent = count
        case .outputSent: harness.completeOutput()
        case .quiesce: harness.quiesce()
        case .lost: harness.close()
        case .seconds(let count):
            let timeout = harness.pass(.seconds(count))
            return timeout == .none ? nil : "\(timeout)"
        }
        return nil
    }

    static func word(_ action: IntakeAction) -> String? {
        switch action {
        case .none: nil
        case .begin(let request):
            "begin \(request.head.path ?? "") \(request.body?.readableBytes ?? 0) of "
                + (request.isComplete ? "all" : "more")
        case .deliver(let piece): "deliver \(piece.readableBytes)"
        case .endBody: "end of body"
        case .sendContinue: "100"
        case .rejectMalformed: "400"
        case .becomeIdle: "idle"
        case .closeOutput: "close output"
        case .closeWhenSent: "close when sent"
        case .close: "close"
        }
    }
}
