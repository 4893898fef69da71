import Basics
import Testing

@Suite("Text in HTML")
struct HTMLTextTests {
    @Test func `Every character with a meaning in HTML is escaped, both quotes included`() {
        #expect(HTMLText.escaped(#"<a b="c" d='e'>&amp;"#) == "&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;amp;")
        #expect(HTMLText.escaped("Käse 🧀") == "Käse 🧀")
    }

    @Test func `A sign under a combining accent is escaped, and the accent stays`() {
        #expect(HTMLText.escaped("<\u{301}b>") == "&lt;\u{301}b&gt;")
    }

    @Test func `A part of a text is escaped like a whole one`() {
        #expect(HTMLText.escaped("x<y".dropFirst()) == "&lt;y")
    }
}

@Suite("Waits between attempts")
struct BackoffTests {
    @Test func `A wait doubles from 50 milliseconds to the limit and starts over after a reset`() {
        var backoff = Backoff(limit: .seconds(2))
        let waits = (0..<8).map { _ in backoff.next(random: 0) / .milliseconds(1) }
        #expect(waits == [50, 100, 200, 400, 800, 1_600, 2_000, 2_000])
        backoff.reset()
        #expect(backoff.next(random: 0) == .milliseconds(50))
    }

    @Test func `Chance takes up to half of a wait and adds nothing`() {
        var backoff = Backoff(limit: .seconds(1))
        for _ in 0..<100 { _ = backoff.next(random: 0) }
        #expect(backoff.next(random: 0.5) == .milliseconds(750))
        for _ in 0..<100 {
            let wait = backoff.next()
            #expect(wait > .milliseconds(500) && wait <= .seconds(1))
        }
    }
}

@Suite("Durations in whole units")
struct WholeUnitsTests {
    @Test func `Nanoseconds and milliseconds are rounded towards zero`() {
        #expect(Duration(secondsComponent: 1, attosecondsComponent: 1_999_999_999).wholeNanoseconds == 1_000_000_001)
        #expect(Duration.microseconds(1_999).wholeMilliseconds == 1)
        #expect(Duration.microseconds(999).wholeMilliseconds == 0)
        #expect(Duration.seconds(3_600).wholeMilliseconds == 3_600_000)
        #expect(Duration.microseconds(-1_999).wholeMilliseconds == -1)
    }

    @Test func `A started millisecond or second counts in full when it is rounded up`() {
        #expect(Duration.milliseconds(2).wholeMillisecondsRoundedUp == 2)
        #expect((Duration.milliseconds(2) + .nanoseconds(1)).wholeMillisecondsRoundedUp == 3)
        #expect(Duration.zero.wholeMillisecondsRoundedUp == 0)
        #expect(Duration.seconds(2).wholeSecondsRoundedUp == 2)
        #expect((Duration.seconds(2) + .nanoseconds(1)).wholeSecondsRoundedUp == 3)
        #expect(Duration.zero.wholeSecondsRoundedUp == 0)
    }
}
