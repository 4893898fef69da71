import Testing

@testable import HTTPCore
@testable import HTTPTransport

/// Bodies that do not come whole, without a socket.
@Suite struct BodyTests {
    static let scripts: [IntakeScript] = [
        IntakeScript(
            "a body that is not here at the read's end is delivered as it comes",
            [
                (.head("/a"), ""), (.body(5), ""), (.readEnd, "begin /a 5 of more"), (.read, "read"),
                (.body(0), ""), (.body(6), "deliver 6"), (.end, "end of body"), (.readEnd, ""), (.answerEnd, "idle"),
            ]),
        IntakeScript(
            "a body of more bytes than may wait begins in the middle of a read",
            [
                (.head("/a"), ""), (.body(100), ""), (.body(1), "begin /a 101 of more"), (.read, "hold"),
                (.body(9), "deliver 9"), (.readEnd, ""), (.bodyTaken, ""), (.bodyRequested, "read"),
            ]),
        IntakeScript(
            "the socket is not read while many bytes wait, and is when the handler asks",
            [
                (.head("/a"), ""), (.readEnd, "begin /a 0 of more"), (.body(99), "deliver 99"), (.readEnd, ""),
                (.read, "read"), (.body(1), "deliver 1"), (.readEnd, ""), (.read, "hold"), (.bodyTaken, ""),
                (.bodyRequested, "read"), (.body(100), "deliver 100"), (.readEnd, ""), (.read, "read"),
            ]),
        IntakeScript(
            "bytes that the handler waits for do not count, the next ones do",
            [
                (.head("/a"), ""), (.readEnd, "begin /a 0 of more"), (.bodyRequested, ""), (.body(200), "deliver 200"),
                (.read, "read"), (.body(100), "deliver 100"), (.read, "hold"),
            ]),
        IntakeScript(
            "an early answer has the rest of the body discarded, and the connection takes the next request",
            [
                (.head("/a"), ""), (.readEnd, "begin /a 0 of more"), (.body(100), "deliver 100"), (.readEnd, ""),
                (.read, "hold"), (.answerEnd, "read"), (.body(200), ""), (.end, "idle"),
                (.head("/b"), ""), (.end, "begin /b 0 of all"), (.readEnd, ""), (.answerEnd, "idle"),
            ]),
        IntakeScript(
            "a streamed answer that ends before the body does so too",
            [
                (.head("/a"), ""), (.readEnd, "begin /a 0 of more"), (.answerStart(), "chunks"),
                (.body(100), "deliver 100"), (.readEnd, ""), (.read, "hold"), (.answerEnd, "read"), (.end, "idle"),
            ]),
        IntakeScript(
            "a body without end is closed after the limit of discarded bytes",
            [
                (.head("/a"), ""), (.readEnd, "begin /a 0 of more"), (.answerEnd, ""), (.body(300), ""),
                (.body(1), "close"), (.body(1), ""), (.lost, ""),
            ]),
        IntakeScript(
            "an early answer that is the last one closes our side",
            [
                (.head("/a", keepsConnection: false), ""), (.readEnd, "begin /a 0 of more"),
                (.answerEnd, "close output"),
                (.body(900), ""), (.read, "read"), (.inputClosed, "close when sent, close"),
            ]),
        IntakeScript(
            "a discarded body that breaks off closes",
            [
                (.head("/a"), ""), (.readEnd, "begin /a 0 of more"), (.answerEnd, ""), (.malformed, "close"),
                (.inputClosed, ""),
            ]),
        IntakeScript(
            "a client that asks whether to send its body is told to once",
            [
                (.head("/a", expects: true), ""), (.readEnd, "begin /a 0 of more"), (.read, "read"),
                (.bodyRequested, "100"), (.body(5), "deliver 5"), (.bodyRequested, ""), (.end, "end of body"),
                (.answerEnd, "idle"),
            ]),
        IntakeScript(
            "a client that asks is answered without it when the handler wants no body",
            [
                (.head("/a", expects: true), ""), (.readEnd, "begin /a 0 of more"), (.answerEnd, ""),
                (.bodyRequested, ""), (.body(5), ""), (.end, "idle"),
            ]),
        IntakeScript(
            "it is not told to in the middle of an answer",
            [
                (.head("/a", expects: true), ""), (.readEnd, "begin /a 0 of more"), (.answerStart(), "chunks"),
                (.bodyRequested, ""), (.bodyRequested, ""), (.answerEnd, ""),
            ]),
        IntakeScript(
            "nor when its body has come with the head",
            [
                (.head("/a", expects: true), ""), (.body(3), ""), (.readEnd, "begin /a 3 of more"), (.bodyTaken, ""),
                (.bodyRequested, ""), (.end, "end of body"),
            ]),
        IntakeScript(
            "a body that is not HTTP abandons the handler and is rejected",
            [
                (.head("/a"), ""), (.readEnd, "begin /a 0 of more"), (.body(5), "deliver 5"),
                (.malformed, "400, close output"), (.body(5), ""), (.end, ""), (.answerEnd, ""),
                (.inputClosed, "close when sent, close"),
            ]),
        IntakeScript(
            "so is one that is not HTTP in the read of its head",
            [
                (.head("/a"), ""), (.body(5), ""), (.malformed, "400, close output"), (.readEnd, ""),
            ]),
        IntakeScript(
            "in the middle of its answer it closes and sends nothing",
            [
                (.head("/a"), ""), (.readEnd, "begin /a 0 of more"), (.answerStart(hasLength: true), ""),
                (.malformed, "close"), (.answerEnd, ""), (.lost, ""),
            ]),
        IntakeScript(
            "an invalid head is rejected, and its body is not read as a request",
            [
                (.head("/a", isValid: false), "400, close output"), (.body(5), ""), (.end, ""), (.head("/b"), ""),
                (.end, ""), (.readEnd, ""), (.inputClosed, "close when sent, close"),
            ]),
        IntakeScript("parts in an impossible order close", [(.body(5), "close"), (.end, ""), (.inputClosed, "")]),
        IntakeScript(
            "as does a head within a request",
            [
                (.head("/a"), ""), (.readEnd, "begin /a 0 of more"), (.head("/b"), "close"), (.end, ""),
            ]),
    ]

    @Test(arguments: scripts) func `Each event leads to its actions`(_ script: IntakeScript) {
        #expect(script.run() == script.steps.map(\.1))
    }
}
