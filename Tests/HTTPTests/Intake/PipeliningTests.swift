import HTTPTypes
import Testing

@testable import HTTPCore
@testable import HTTPTransport

/// Requests behind one another, without a socket.
@Suite struct PipeliningTests {
    static let scripts: [IntakeScript] = [
        IntakeScript(
            "a request that comes whole begins at its end, and the connection is idle after the answer",
            [
                (.head("/a"), ""), (.body(5), ""), (.body(6), ""), (.end, "begin /a 11 of all"), (.readEnd, ""),
                (.read, "read"), (.answerEnd, "idle"),
                (.head("/b"), ""), (.end, "begin /b 0 of all"), (.readEnd, ""), (.answerEnd, "idle"),
            ]),
        IntakeScript(
            "a request begins after the answer to the one before it",
            [
                (.head("/a"), ""), (.end, "begin /a 0 of all"),
                (.head("/b"), ""), (.body(7), ""), (.end, ""), (.readEnd, ""),
                (.answerEnd, "idle, begin /b 7 of all"), (.answerEnd, "idle"),
            ]),
        IntakeScript(
            "the socket is not read while a request waits, and is read again afterwards",
            [
                (.head("/a"), ""), (.end, "begin /a 0 of all"), (.head("/b"), ""), (.end, ""), (.readEnd, ""),
                (.read, "hold"), (.answerEnd, "idle, begin /b 0 of all, read"), (.answerEnd, "idle"),
            ]),
        IntakeScript(
            "a waiting request whose body is not here begins, and its body is read",
            [
                (.head("/a"), ""), (.end, "begin /a 0 of all"), (.head("/b", expects: true), ""), (.readEnd, ""),
                (.read, "hold"), (.answerEnd, "idle, begin /b 0 of more, read"), (.bodyRequested, "100"),
                (.body(5), "deliver 5"), (.end, "end of body"), (.readEnd, ""), (.answerEnd, "idle"),
            ]),
        IntakeScript(
            "a body in the queue goes to its own request",
            [
                (.head("/a"), ""), (.end, "begin /a 0 of all"), (.head("/b"), ""), (.body(60), ""), (.body(60), ""),
                (.body(5), ""), (.readEnd, ""), (.read, "hold"),
                (.answerEnd, "idle, begin /b 120 of more, deliver 5"),
                (.bodyTaken, ""), (.bodyRequested, "read"), (.end, "end of body"), (.readEnd, ""), (.answerEnd, "idle"),
            ]),
        IntakeScript(
            "requests beyond the limit are not answered; those before them are",
            [
                (.head("/a"), ""), (.end, "begin /a 0 of all"), (.head("/b"), ""), (.end, ""), (.head("/c"), ""),
                (.end, ""), (.head("/d"), ""), (.body(9), ""), (.end, ""), (.head("/e"), ""), (.end, ""),
                (.readEnd, ""),
                (.answerEnd, "idle, begin /b 0 of all"), (.answerEnd, "idle, begin /c 0 of all"),
                (.answerEnd, "idle, close output"), (.inputClosed, "close when sent, close"),
            ]),
        IntakeScript(
            "a client that does not read its answers gets no more of them made",
            [
                (.writable(false), ""), (.head("/a"), ""), (.end, ""), (.readEnd, ""), (.read, "hold"),
                (.writable(true), "begin /a 0 of all, read"), (.writable(false), ""), (.head("/b"), ""), (.end, ""),
                (.readEnd, ""), (.answerEnd, "idle"), (.writable(true), "begin /b 0 of all"), (.answerEnd, "idle"),
            ]),
        IntakeScript(
            "nothing begins behind the last answer",
            [
                (.head("/a", keepsConnection: false), ""), (.end, "begin /a 0 of all"), (.head("/b"), ""), (.end, ""),
                (.readEnd, ""), (.read, "hold"), (.answerEnd, "close output, read"), (.head("/c"), ""), (.end, ""),
                (.readEnd, ""), (.inputClosed, "close when sent, close"),
            ]),
        IntakeScript(
            "what is not HTTP behind a request is rejected after its answer",
            [
                (.head("/a"), ""), (.end, "begin /a 0 of all"), (.malformed, ""), (.readEnd, ""),
                (.answerEnd, "idle, 400, close output"), (.inputClosed, "close when sent, close"),
            ]),
    ]

    @Test(arguments: scripts) func `Each event leads to its actions`(_ script: IntakeScript) {
        #expect(script.run() == script.steps.map(\.1))
    }

    @Test func `Answers that are there at once do not wait for the end of the read`() {
        var limits = IntakeLimits.small()
        limits.pipelinedRequests = 100_000
        let harness = IntakeHarness(.connection, limits)
        var (begun, depth, deepest) = (0, 0, 0)
        harness.onAction = { action in
            guard case .begin(let request) = action else { return }
            #expect(request.head.path == "/\(begun)")
            begun += 1
            depth += 1
            deepest = max(deepest, depth)
            // The first one is answered later, so that all others wait.
            if begun > 1 { harness.endAnswer() }
            depth -= 1
        }
        for index in 0..<50_000 {
            harness.receive(.head(.test("/\(index)")))
            harness.receive(.end)
        }
        harness.completeRead()
        #expect(begun == 1)
        harness.endAnswer()
        #expect(begun == 50_000)
        // One within the other would end the stack.
        #expect(deepest == 1)
    }
}
