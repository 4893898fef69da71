import Testing

@testable import RateLimits

@Suite struct CircuitTests {
    private let start = ContinuousClock.now

    @Test func `After a failure nobody asks for the pause, then one looks, and his finding decides`() {
        var circuit = Circuit()
        #expect(circuit.step(at: start) == .ask)
        circuit.failed(at: start)
        #expect(circuit.step(at: start) == .rest)
        #expect(circuit.step(at: start + Circuit.pause - .nanoseconds(1)) == .rest)
        #expect(circuit.step(at: start + Circuit.pause) == .probe)
        #expect(circuit.step(at: start + Circuit.pause * 5) == .rest, "one at a time")
        let later = start + Circuit.pause * 5
        circuit.probed(isWell: false, at: later)
        #expect(circuit.step(at: later) == .rest)
        #expect(circuit.step(at: later + Circuit.pause) == .probe)
        circuit.probed(isWell: true, at: later + Circuit.pause)
        #expect(circuit.step(at: later + Circuit.pause) == .ask)
    }

    @Test func `Questions that fail together do not put the look off, nor undo it`() {
        var circuit = Circuit()
        circuit.failed(at: start)
        circuit.failed(at: start + .milliseconds(900))
        #expect(circuit.step(at: start + Circuit.pause) == .probe)
        circuit.failed(at: start + Circuit.pause)
        #expect(circuit.step(at: start + Circuit.pause * 9) == .rest)
        circuit.probed(isWell: true, at: start + Circuit.pause * 9)
        #expect(circuit.step(at: start + Circuit.pause * 9) == .ask)
    }
}
