import Testing

@testable import HTTPCore
@testable import HTTPTransport

/// How connections end, without a socket.
@Suite struct ConnectionEndTests {
    static let scripts: [IntakeScript] = [
        IntakeScript(
            "a client that closes its side between requests is closed",
            [
                (.inputClosed, "close when sent, close"), (.head("/a"), ""), (.end, ""), (.read, "hold"),
            ]),
        IntakeScript(
            "one that closes its side early gets its answer first, and all that the socket has not taken",
            [
                (.head("/a"), ""), (.end, "begin /a 0 of all"), (.readEnd, ""), (.inputClosed, ""), (.unsent(50), ""),
                (.answerEnd, "idle, close when sent"), (.outputSent, "close"), (.outputSent, ""),
            ]),
        IntakeScript(
            "so does one that closes its side while its last answer is made",
            [
                (.head("/a", keepsConnection: false), ""), (.end, "begin /a 0 of all"), (.readEnd, ""),
                (.inputClosed, ""), (.unsent(50), ""), (.answerEnd, "close when sent"), (.outputSent, "close"),
            ]),
        IntakeScript(
            "so does one that closes its side after that",
            [
                (.head("/a", keepsConnection: false), ""), (.end, "begin /a 0 of all"), (.readEnd, ""),
                (.unsent(50), ""),
                (.answerEnd, "close output"), (.inputClosed, "close when sent"), (.outputSent, "close"),
            ]),
        IntakeScript(
            "so do the requests that it has sent ahead",
            [
                (.head("/a"), ""), (.end, "begin /a 0 of all"), (.head("/b"), ""), (.end, ""), (.readEnd, ""),
                (.inputClosed, ""), (.answerEnd, "idle, begin /b 0 of all"),
                (.answerEnd, "idle, close when sent, close"),
            ]),
        IntakeScript(
            "one that closes its side in the middle of a body is told so",
            [
                (.head("/a"), ""), (.readEnd, "begin /a 0 of more"), (.body(5), "deliver 5"),
                (.inputClosed, "400, close when sent, close"),
            ]),
        IntakeScript(
            "unless its answer is under way",
            [
                (.head("/a"), ""), (.readEnd, "begin /a 0 of more"), (.answerStart(), "chunks"),
                (.inputClosed, "close"),
            ]),
        IntakeScript(
            "one that closes its side in the middle of a body that is discarded is closed",
            [
                (.head("/a"), ""), (.readEnd, "begin /a 0 of more"), (.answerEnd, ""), (.inputClosed, "close"),
            ]),
        IntakeScript(
            "one that leaves while its answer is made leaves nothing behind",
            [
                (.head("/a"), ""), (.end, "begin /a 0 of all"), (.head("/b"), ""), (.end, ""), (.lost, "close"),
                (.answerStart(), "chunks"), (.answerEnd, ""), (.body(5), ""), (.end, ""), (.readEnd, ""),
                (.inputClosed, ""), (.malformed, ""), (.quiesce, ""), (.seconds(999), ""), (.lost, ""),
            ]),
        IntakeScript(
            "one that leaves while its body arrives does so too",
            [
                (.head("/a"), ""), (.readEnd, "begin /a 0 of more"), (.lost, "close"), (.body(5), ""),
                (.bodyTaken, ""), (.bodyRequested, ""), (.answerEnd, ""), (.read, "hold"),
            ]),
        IntakeScript(
            "an answer in pieces of unknown length ends a connection of HTTP/1.0",
            [
                (.head("/a", isHTTP10: true), ""), (.end, "begin /a 0 of all"), (.answerStart(), ""), (.readEnd, ""),
                (.answerEnd, "close output"),
            ]),
        IntakeScript(
            "one of known length does not",
            [
                (.head("/a", isHTTP10: true), ""), (.end, "begin /a 0 of all"), (.answerStart(hasLength: true), ""),
                (.answerEnd, "idle"), (.head("/b"), ""), (.end, "begin /b 0 of all"), (.answerStart(), "chunks"),
            ]),
        IntakeScript("a server that begins to stop closes what is idle", [(.quiesce, "close when sent, close")]),
        IntakeScript(
            "and a request of which only the head is here",
            [
                (.head("/a"), ""), (.quiesce, "close when sent, close"), (.readEnd, ""),
            ]),
        IntakeScript(
            "and what is answered already",
            [
                (.head("/a"), ""), (.readEnd, "begin /a 0 of more"), (.answerEnd, ""), (.unsent(5), ""),
                (.quiesce, "close when sent"), (.outputSent, "close"),
            ]),
        IntakeScript(
            "and answers the rest first, but what waits",
            [
                (.head("/a"), ""), (.end, "begin /a 0 of all"), (.head("/b"), ""), (.end, ""), (.readEnd, ""),
                (.quiesce, ""), (.answerEnd, "close output"), (.inputClosed, "close when sent, close"),
            ]),
        IntakeScript(
            "and takes the rest of a body for it",
            [
                (.head("/a"), ""), (.readEnd, "begin /a 0 of more"), (.quiesce, ""), (.body(5), "deliver 5"),
                (.end, "end of body"), (.answerEnd, "close output"),
            ]),
    ]

    @Test(arguments: scripts) func `Each event leads to its actions`(_ script: IntakeScript) {
        #expect(script.run() == script.steps.map(\.1))
    }
}
