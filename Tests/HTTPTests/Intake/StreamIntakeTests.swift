import NIOCore
import Testing

@testable import HTTPCore
@testable import HTTPTransport

/// The requests of HTTP/2, one on a stream, without a socket.
@Suite struct StreamIntakeTests {
    static let scripts: [IntakeScript] = [
        IntakeScript(
            "a request that comes whole begins at its end, and the stream is read on after it", on: .stream,
            [
                (.head("/a"), ""), (.body(5), ""), (.end, "begin /a 5 of all"), (.readEnd, ""), (.read, "read"),
                (.answerEnd, ""), (.read, "read"), (.seconds(999), ""), (.lost, "close"), (.lost, ""),
            ]),
        IntakeScript(
            "a body that is not here at the read's end is delivered as it comes", on: .stream,
            [
                (.head("/a", expects: true), ""), (.readEnd, "begin /a 0 of more"), (.read, "read"),
                (.bodyRequested, "100"), (.body(6), "deliver 6"), (.body(100), "deliver 100"), (.read, "hold"),
                (.bodyTaken, ""), (.bodyRequested, "read"), (.end, "end of body"), (.answerEnd, ""),
            ]),
        IntakeScript(
            "an early answer has the rest of the body discarded", on: .stream,
            [
                (.head("/a"), ""), (.readEnd, "begin /a 0 of more"), (.body(100), "deliver 100"), (.read, "hold"),
                (.answerEnd, "read"), (.body(300), ""), (.end, ""), (.read, "read"), (.lost, "close"),
            ]),
        IntakeScript(
            "but not without end", on: .stream,
            [
                (.head("/a"), ""), (.readEnd, "begin /a 0 of more"), (.answerEnd, ""), (.body(301), "close"),
                (.body(1), ""),
            ]),
        IntakeScript(
            "a head that forbids another request ends no stream", on: .stream,
            [
                (.head("/a", keepsConnection: false), ""), (.readEnd, "begin /a 0 of more"), (.answerEnd, ""),
                (.body(5), ""), (.end, ""),
            ]),
        IntakeScript(
            "what comes behind the request is dropped", on: .stream,
            [
                (.head("/a"), ""), (.end, "begin /a 0 of all"), (.body(5), ""), (.end, ""), (.read, "read"),
                (.answerEnd, ""), (.head("/b"), ""), (.end, ""),
            ]),
        IntakeScript(
            "a slow body is cut, also when it is discarded", on: .stream,
            [
                (.head("/a"), ""), (.readEnd, "begin /a 0 of more"), (.answerEnd, ""), (.seconds(10), "closeSlowBody"),
            ]),
        IntakeScript(
            "a handler that takes too long is answered for", on: .stream,
            [
                (.head("/a"), ""), (.end, "begin /a 0 of all"), (.seconds(30), "answerOverdue"), (.answerEnd, ""),
            ]),
        IntakeScript(
            "a stream whose window stays shut is cut", on: .stream,
            [
                (.head("/a"), ""), (.end, "begin /a 0 of all"), (.unsent(1), ""), (.answerEnd, ""),
                (.seconds(10), "closeSlowReader"),
            ]),
        IntakeScript(
            "a client that leaves abandons the handler once", on: .stream,
            [
                (.head("/a"), ""), (.readEnd, "begin /a 0 of more"), (.lost, "close"), (.body(5), ""), (.answerEnd, ""),
                (.lost, ""),
            ]),
    ]

    @Test(arguments: scripts) func `Each event leads to its actions`(_ script: IntakeScript) {
        #expect(script.run() == script.steps.map(\.1))
    }

    @Test func `One byte in each window keeps a stream open`() {
        let harness = IntakeHarness(.stream, .small(.stream))
        harness.unsent = 9
        for _ in 0..<5 {
            harness.sent += 1
            #expect(harness.pass(.seconds(10)) == .none)
        }
        #expect(harness.pass(.seconds(10)) == .closeSlowReader)
    }
}
