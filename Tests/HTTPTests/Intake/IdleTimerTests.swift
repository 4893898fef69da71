import NIOCore
import Testing

@testable import HTTPCore
@testable import HTTPTransport

@Suite struct IdleTimerTests {
    let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)

    private func timer() -> IdleTimer { IdleTimer(IdleTimer.Limits(TransportLimits()), now: start) }

    @Test func `A connection without a request is closed after its time, also between two`() {
        var timer = timer()
        #expect(timer.checkTime(start + .seconds(74), isSending: false) == .none)
        #expect(timer.checkTime(start + .seconds(75), isSending: false) == .close)
        timer.becameBusy()
        #expect(timer.checkTime(start + .seconds(999), isSending: false) == .checkRequests)
        timer.becameIdle(now: start + .seconds(999))
        #expect(timer.checkTime(start + .seconds(1_073), isSending: false) == .none)
        #expect(timer.checkTime(start + .seconds(1_074), isSending: false) == .close)
    }

    @Test func `A head has its time from its first byte, whatever comes between`() {
        var timer = timer()
        #expect(timer.awaitsHead)
        timer.headBegan(now: start + .seconds(70))
        #expect(!timer.awaitsHead)
        timer.headBegan(now: start + .seconds(79))
        #expect(timer.checkTime(start + .seconds(79), isSending: false) == .none)
        #expect(timer.checkTime(start + .seconds(80), isSending: false) == .closeSlowHead)
    }

    @Test func `In HTTP/2 a byte need not begin a head`() {
        var timer = timer()
        timer.bytesBeginHeads = false
        #expect(!timer.awaitsHead)
        timer.headBegan(now: start)
        #expect(timer.checkTime(start + .seconds(74), isSending: false) == .none)
        #expect(timer.checkTime(start + .seconds(75), isSending: false) == .close)
    }

    @Test func `An answer on its way has the limits of requests, not those of idle connections`() {
        var timer = timer()
        #expect(timer.checkTime(start + .seconds(99), isSending: true) == .checkRequests)
        timer.headBegan(now: start)
        #expect(timer.checkTime(start + .seconds(99), isSending: true) == .checkRequests)
    }

    @Test func `A connection whose side is closed lingers for its time, once`() {
        var timer = timer()
        timer.linger(now: start)
        timer.linger(now: start + .seconds(1))
        timer.becameBusy()
        timer.becameIdle(now: start + .seconds(1))
        #expect(timer.isLingering)
        #expect(timer.checkTime(start + .seconds(1), isSending: true) == .none)
        #expect(timer.checkTime(start + .seconds(2), isSending: true) == .close)
    }
}
