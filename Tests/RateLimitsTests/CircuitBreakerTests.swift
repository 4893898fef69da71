import Testing

@testable import RateLimits

@Suite struct CircuitBreakerTests {
    private let start = ContinuousClock.now

    @Test func `After a failure and a pause one probe decides`() {
        var circuit = CircuitBreaker()
        #expect(circuit.step(at: start) == .ask)
        circuit.failed(at: start)
        #expect(circuit.step(at: start) == .skip)
        #expect(circuit.step(at: start + CircuitBreaker.pause - .nanoseconds(1)) == .skip)
        #expect(circuit.step(at: start + CircuitBreaker.pause) == .probe)
        #expect(circuit.step(at: start + CircuitBreaker.pause * 5) == .skip, "one at a time")
        let later = start + CircuitBreaker.pause * 5
        circuit.probed(isHealthy: false, at: later)
        #expect(circuit.step(at: later) == .skip)
        #expect(circuit.step(at: later + CircuitBreaker.pause) == .probe)
        circuit.probed(isHealthy: true, at: later + CircuitBreaker.pause)
        #expect(circuit.step(at: later + CircuitBreaker.pause) == .ask)
    }

    @Test func `Concurrent failures neither delay nor cancel the probe`() {
        var circuit = CircuitBreaker()
        circuit.failed(at: start)
        circuit.failed(at: start + .milliseconds(900))
        #expect(circuit.step(at: start + CircuitBreaker.pause) == .probe)
        circuit.failed(at: start + CircuitBreaker.pause)
        #expect(circuit.step(at: start + CircuitBreaker.pause * 9) == .skip)
        circuit.probed(isHealthy: true, at: start + CircuitBreaker.pause * 9)
        #expect(circuit.step(at: start + CircuitBreaker.pause * 9) == .ask)
    }
}
