import Dispatch
import Metrics
import Testing

@testable import Telemetry

@Suite("Metrics")
struct MetricsRegistryTests {
    private let registry = MetricsRegistry(labelSetLimit: 3)

    @Test("counters and gauges are written with type, help and escaped labels")
    func exposition() {
        registry.describe("http.requests", "Requests\nanswered \\ all")
        let counter = Counter(
            label: "http.requests",
            dimensions: [("status", "200"), ("path", "a\"b\\c\nd")],
            factory: registry
        )
        counter.increment(by: 2)
        Counter(label: "http.requests", dimensions: [("status", "500")], factory: registry).increment()
        Gauge(label: "queue-depth", factory: registry).record(2.5)
        let meter = Meter(label: "open", factory: registry)
        meter.increment(by: 3.0)
        meter.decrement()
        #expect(
            registry.prometheusText() == """
                # HELP http_requests_total Requests\\nanswered \\\\ all
                # TYPE http_requests_total counter
                http_requests_total{path="a\\"b\\\\c\\nd",status="200"} 2
                http_requests_total{status="500"} 1
                # TYPE open gauge
                open 2.0
                # TYPE queue_depth gauge
                queue_depth 2.5

                """
        )
        #expect(registry.total(ofCounter: "http.requests") == 3)
        #expect(registry.total(ofCounter: "nothing") == nil)
    }

    @Test("a timer is a histogram of seconds with cumulative buckets")
    func timer() {
        let timer = Timer(label: "lock.wait", dimensions: [("kind", "lease")], factory: registry)
        timer.recordMilliseconds(1)
        timer.recordMilliseconds(1.5)
        timer.recordSeconds(60)
        let lines = registry.prometheusText().split(separator: "\n")
        #expect(lines.first == "# TYPE lock_wait_seconds histogram")
        #expect(lines.contains("lock_wait_seconds_bucket{kind=\"lease\",le=\"0.0007\"} 0"))
        #expect(lines.contains("lock_wait_seconds_bucket{kind=\"lease\",le=\"0.001\"} 1"))
        #expect(lines.contains("lock_wait_seconds_bucket{kind=\"lease\",le=\"0.002\"} 2"))
        #expect(lines.contains("lock_wait_seconds_bucket{kind=\"lease\",le=\"10.0\"} 2"))
        #expect(lines.contains("lock_wait_seconds_bucket{kind=\"lease\",le=\"+Inf\"} 3"))
        #expect(lines.contains("lock_wait_seconds_sum{kind=\"lease\"} 60.0025"))
        #expect(lines.last == "lock_wait_seconds_count{kind=\"lease\"} 3")
    }

    @Test("quantiles are read over all label sets")
    func quantiles() throws {
        for milliseconds in 1...100 {
            Timer(label: "t", dimensions: [("odd", "\(milliseconds % 2)")], factory: registry)
                .recordMilliseconds(milliseconds)
        }
        let distribution = try #require(registry.distribution(ofTimer: "t"))
        #expect(distribution.count == 100)
        #expect(try abs(#require(distribution.p50) - 0.05) < 0.001)
        #expect(try abs(#require(distribution.p95) - 0.095) < 0.001)
        #expect(try abs(#require(distribution.p99) - 0.099) < 0.001)
        #expect(registry.distribution(ofTimer: "nothing") == nil)
    }

    @Test("without values there is no quantile, and values above all bounds count as the highest bound")
    func edges() throws {
        let empty = Distribution(bounds: [1, 2], counts: [0, 0, 0], sum: 0)
        #expect(empty.p50 == nil)
        let above = Distribution(bounds: [1, 2], counts: [0, 0, 5], sum: 50)
        #expect(above.p99 == 2)
        let one = Distribution(bounds: [1, 2], counts: [0, 1, 0], sum: 1.5)
        #expect(one.quantile(0) == 1 && one.quantile(1) == 2)
    }

    @Test("a recorder is a histogram of sizes")
    func recorder() {
        let recorder = Recorder(label: "batch.size", factory: registry)
        recorder.record(8)
        #expect(registry.prometheusText().contains("batch_size_bucket{le=\"10.0\"} 1"))
        #expect(registry.distribution(ofRecorder: "batch.size")?.count == 1)
    }

    @Test("label sets beyond the limit are counted together")
    func limit() {
        for index in 0..<10 {
            Counter(label: "c", dimensions: [("id", "\(index)")], factory: registry).increment()
        }
        let lines = registry.prometheusText().split(separator: "\n")
        #expect(lines.count == 5)
        #expect(lines.contains("c_total{overflow=\"true\"} 7"))
        Counter(label: "c", dimensions: [("id", "0")], factory: registry).increment()
        #expect(registry.prometheusText().contains("c_total{id=\"0\"} 2"))
    }

    @Test("names and labels are converted to what Prometheus allows, without duplicates")
    func names() {
        Counter(label: "1a.b-c/é_total", dimensions: [("le", "x"), ("a b", "1"), ("a b", "2")], factory: registry)
            .increment()
        #expect(registry.prometheusText().hasSuffix("_1a_b_c___total{a_b=\"2\",le_=\"x\"} 1\n"))
    }

    @Test("a name belongs to the kind that used it first")
    func conflict() {
        Gauge(label: "x_total", factory: registry).record(1)
        Counter(label: "x", factory: registry).increment()
        #expect(registry.prometheusText() == "# TYPE x_total gauge\nx_total 1.0\n")
    }

    @Test("concurrent threads lose no records")
    func threads() {
        let counter = Counter(label: "n", factory: registry)
        let meter = Meter(label: "m", factory: registry)
        let timer = Timer(label: "t", factory: registry)
        DispatchQueue.concurrentPerform(iterations: 4) { _ in
            for _ in 0..<5_000 {
                counter.increment()
                meter.increment()
                timer.recordNanoseconds(Int64(1_000_000))
            }
        }
        #expect(registry.total(ofCounter: "n") == 20_000)
        #expect(registry.prometheusText().contains("\nm 20000.0\n") || registry.prometheusText().hasPrefix("# TYPE m"))
        #expect(registry.distribution(ofTimer: "t")?.count == 20_000)
    }
}
