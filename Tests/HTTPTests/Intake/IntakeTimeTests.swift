import NIOCore
import Testing

@testable import HTTPCore
@testable import HTTPTransport

/// What a client and a handler may take, by a clock of the tests.
@Suite struct IntakeTimeTests {
    static let scripts: [IntakeScript] = [
        IntakeScript(
            "a body that hardly moves is cut after the window",
            [
                (.head("/a"), ""), (.readEnd, "begin /a 0 of more"), (.body(10), "deliver 10"), (.seconds(10), ""),
                (.body(9), "deliver 9"), (.seconds(9), ""), (.seconds(1), "closeSlowBody"), (.body(5), ""), (.lost, ""),
            ]),
        IntakeScript(
            "it is not cut while the socket is not read",
            [
                (.head("/a"), ""), (.readEnd, "begin /a 0 of more"), (.body(100), "deliver 100"), (.readEnd, ""),
                (.read, "hold"), (.seconds(9), ""), (.seconds(99), ""), (.seconds(99), ""), (.bodyTaken, ""),
                (.seconds(9), ""), (.bodyRequested, "read"), (.seconds(9), ""), (.seconds(1), "closeSlowBody"),
            ]),
        IntakeScript(
            "a body has its time as a whole, however fast it comes",
            [
                (.head("/a"), ""), (.readEnd, "begin /a 0 of more"), (.seconds(1), ""), (.bodyRequested, ""),
                (.body(9_999), "deliver 9999"), (.seconds(598), ""), (.bodyRequested, ""),
                (.body(9_999), "deliver 9999"),
                (.seconds(1), "closeSlowBody"),
            ]),
        IntakeScript(
            "a body that is discarded has the same time",
            [
                (.head("/a"), ""), (.readEnd, "begin /a 0 of more"), (.seconds(5), ""), (.answerEnd, ""),
                (.seconds(4), ""),
                (.body(9), ""), (.seconds(1), "closeSlowBody"),
            ]),
        IntakeScript(
            "a waiting request has its time from its begin",
            [
                (.head("/a"), ""), (.end, "begin /a 0 of all"), (.head("/b"), ""), (.readEnd, ""), (.seconds(20), ""),
                (.answerEnd, "idle, begin /b 0 of more"), (.seconds(9), ""), (.seconds(1), "closeSlowBody"),
            ]),
        IntakeScript(
            "a handler that takes too long is answered for, and the connection ends",
            [
                (.head("/a"), ""), (.end, "begin /a 0 of all"), (.readEnd, ""), (.seconds(29), ""),
                (.seconds(1), "answerOverdue"), (.answerEnd, "close output"), (.seconds(1), ""),
            ]),
        IntakeScript(
            "its time begins with the end of the body",
            [
                (.head("/a"), ""), (.readEnd, "begin /a 0 of more"), (.body(99), "deliver 99"), (.seconds(9), ""),
                (.end, "end of body"), (.seconds(29), ""), (.seconds(1), "answerOverdue"),
            ]),
        IntakeScript(
            "it is not too late once its answer has begun",
            [
                (.head("/a"), ""), (.end, "begin /a 0 of all"), (.answerStart(), "chunks"), (.seconds(999), ""),
                (.answerEnd, "idle"),
            ]),
        IntakeScript(
            "an answer that is not read is cut after the window",
            [
                (.head("/a"), ""), (.end, "begin /a 0 of all"), (.readEnd, ""), (.seconds(5), ""), (.unsent(50), ""),
                (.seconds(9), ""), (.seconds(1), "closeSlowReader"), (.answerEnd, ""), (.lost, ""),
            ]),
        IntakeScript(
            "also when it is the last one, which waits as long as the client reads",
            [
                (.head("/a", keepsConnection: false), ""), (.end, "begin /a 0 of all"), (.readEnd, ""),
                (.unsent(5), ""),
                (.answerEnd, "close output"), (.seconds(9), ""), (.seconds(2), "closeSlowReader"),
            ]),
        IntakeScript(
            "a client that does not close its side is closed",
            [
                (.head("/a", keepsConnection: false), ""), (.end, "begin /a 0 of all"), (.readEnd, ""),
                (.answerEnd, "close output"), (.seconds(1), ""), (.seconds(1), "close"), (.lost, ""),
            ]),
    ]

    @Test(arguments: scripts) func `Each event leads to its actions`(_ script: IntakeScript) {
        #expect(script.run() == script.steps.map(\.1))
    }

    @Test func `An answer that is read a little in each window is not cut`() {
        let harness = IntakeHarness(.connection, .small())
        harness.receive(.head(.test("/a")))
        harness.receive(.end)
        harness.startAnswer()
        harness.unsent = 500
        for _ in 0..<20 {
            harness.sent += 10
            #expect(harness.pass(.seconds(10)) == .none)
        }
        harness.sent += 9
        #expect(harness.pass(.seconds(10)) == .closeSlowReader)
    }

    @Test func `The last bytes of an answer may be fewer than those of a window`() {
        let harness = IntakeHarness(.connection, .small())
        harness.unsent = 3
        harness.sent = 3
        #expect(harness.pass(.seconds(10)) == .none)
        #expect(harness.pass(.seconds(10)) == .closeSlowReader)
    }
}
