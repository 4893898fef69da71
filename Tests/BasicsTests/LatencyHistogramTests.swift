import Basics
import Testing

@Suite("Latency histogram")
struct LatencyHistogramTests {
    @Test func `A histogram without latencies has no quantile`() {
        let histogram = LatencyHistogram()
        #expect(histogram.count == 0)
        #expect(histogram.maximum == .zero)
        #expect(histogram.quantile(0.5) == nil)
    }

    @Test func `Quantiles are at most 0.8 % too high and never too low`() throws {
        for unit in [Duration.nanoseconds(1), .microseconds(1), .milliseconds(1)] {
            var histogram = LatencyHistogram()
            for number in 1...10_000 { histogram.record(unit * number) }
            #expect(histogram.count == 10_000)
            for share in [0.01, 0.5, 0.95, 0.99, 1.0] {
                let exact = share * 10_000
                let found = try #require(histogram.quantile(share)) / unit
                #expect(found >= exact && found <= exact * 1.008, "\(share): \(found)")
            }
            #expect(histogram.maximum == unit * 10_000)
        }
    }

    @Test func `Latencies below 256 nanoseconds are exact`() {
        for nanoseconds in UInt64(0)..<256 {
            var histogram = LatencyHistogram()
            histogram.record(nanoseconds: nanoseconds)
            histogram.record(nanoseconds: 1_000)
            #expect(histogram.quantile(0.5) == .nanoseconds(Int64(nanoseconds)))
        }
    }

    @Test func `A duration too long to count is held to the greatest, a negative one to zero`() {
        var histogram = LatencyHistogram()
        histogram.record(.seconds(-1))
        #expect(histogram.maximum == .zero)
        histogram.record(.seconds(Int64.max))
        #expect(histogram.maximum > .seconds(584 * 365 * 86_400))
        #expect(histogram.quantile(0.5) == .zero)
        #expect(histogram.quantile(1) == histogram.maximum)
    }
}
