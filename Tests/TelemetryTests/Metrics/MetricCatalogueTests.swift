import Foundation
import Metrics
import Reactor
import Testing

@testable import Telemetry

/// Code, catalogue and docs/observability list the same metrics.
struct MetricCatalogueTests {
    private static let repository = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static func text(_ path: String) throws -> String {
        try String(contentsOf: repository.appending(path: path), encoding: .utf8)
    }

    private static let own = Set(MetricCatalogue.help.keys)
    /// The metrics of `ProcessMetrics`.
    private static let process = Set(
        ProcessMetrics.prometheusText().split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }
            .map { String($0.split(separator: " ")[2]) })

    @Test func `The tables list every metric with the text of its help line`() throws {
        var meanings: [String: String] = [:]
        for line in try Self.text("docs/observability/README.md").split(separator: "\n") {
            let cells = line.split(separator: " | ").map { $0.trimming { "|` ".contains($0) } }
            guard line.hasPrefix("| `"), cells.count == 5 else { continue }
            #expect(meanings.updateValue(cells[4], forKey: cells[0]) == nil, "\(cells[0]) is there twice")
        }
        #expect(Set(meanings.keys) == Self.own.union(Self.process))
        for (name, help) in MetricCatalogue.help { #expect(meanings[name] == help, "\(name)") }
    }

    @Test(arguments: ["alerts.yml", "alerts.test.yml", "grafana.json", "README.md"])
    func `Rules and dashboard use only existing metrics`(_ file: String) throws {
        let text = try Self.text("docs/observability/\(file)")
        let known = Self.own.union(Self.process)
        var asked: Set<String> = []
        for match in text.matches(of: /\b(?:inventory|http|process)_[a-z0-9_]+\b/) {
            let name = String(match.output)
            let base = ["_bucket", "_sum", "_count"].first { name.hasSuffix($0) && !known.contains(name) }
            asked.insert(String(name.dropLast(base?.count ?? 0)))
        }
        #expect(asked.subtracting(known) == [])
        #expect(asked.count > 10)
        if file == "grafana.json" {
            #expect(asked.intersection(Self.own) == Self.own, "the dashboard shows all of our own")
        }
    }

    @Test func `Each alert rule has a test in which it fires`() throws {
        let rules = try Self.text("docs/observability/alerts.yml").matches(of: /- alert: (\w+)/).map(\.output.1)
        let fired = try Self.text("docs/observability/alerts.test.yml").matches(of: /alertname="(\w+)"/)
            .map(\.output.1)
        #expect(Set(rules) == Set(fired))
        #expect(Set(rules).count == rules.count)
        #expect(!rules.isEmpty)
    }

    @Test func `The dashboard is JSON, and no two panels share an id or a place`() throws {
        struct Dashboard: Decodable {
            struct Panel: Decodable {
                struct Place: Decodable { let x, y, w, h: Int }
                let id: Int
                let gridPos: Place
            }
            let panels: [Panel]
        }
        let board = try JSONDecoder().decode(
            Dashboard.self, from: Data(Self.text("docs/observability/grafana.json").utf8))
        #expect(Set(board.panels.map(\.id)).count == board.panels.count)
        var taken: Set<[Int]> = []
        for place in board.panels.map(\.gridPos) {
            #expect(place.x + place.w <= 24)
            for x in place.x..<place.x + place.w {
                for y in place.y..<place.y + place.h { #expect(taken.insert([x, y]).inserted, "at \(x), \(y)") }
            }
        }
    }

    @Test func `The sources create exactly the metrics of the catalogue`() throws {
        var literals: Set<String> = []
        var labels: Set<String> = []
        for folder in ["Modules", "Apps"] {
            let files = FileManager.default.enumerator(
                at: Self.repository.appending(path: folder).resolvingSymlinksInPath(),
                includingPropertiesForKeys: nil)
            while let file = files?.nextObject() as? URL {
                guard file.pathExtension == "swift", file.lastPathComponent != "MetricCatalogue.swift" else { continue }
                let text = try String(contentsOf: file, encoding: .utf8)
                for match in text.matches(of: /"([a-z]+_[a-z0-9_]+)"/) { literals.insert(String(match.output.1)) }
                for match in text.matches(of: /label: "([a-z0-9_]+)"/) { labels.insert(String(match.output.1)) }
            }
        }
        #expect(Self.own.subtracting(literals) == [])
        #expect(labels.subtracting(Self.own) == [])
        #expect(labels.count > 20)
    }

    @Test func `A registry with the catalogue writes help lines`() {
        let registry = MetricsRegistry(help: MetricCatalogue.help)
        Gauge(label: "inventory_lanes", factory: registry).record(2)
        #expect(
            registry.prometheusText() == """
                # HELP inventory_lanes Lanes of this process: batches that it writes at once.
                # TYPE inventory_lanes gauge
                inventory_lanes 2.0

                """)
    }

    @Test func `A turn that blocks the reactor shows in the lag`() async throws {
        let registry = MetricsRegistry()
        let reactor = try Reactor(name: "test")
        defer { reactor.shutdown() }
        LoopLag.watch(reactor, factory: registry)
        let held = Duration.milliseconds(120)
        await withCheckedContinuation { continuation in
            reactor.post {
                let end = ContinuousClock.now + held
                while ContinuousClock.now < end {}
                continuation.resume()
            }
        }
        func longest() -> Double {
            registry.distribution(ofTimer: "inventory_event_loop_lag_seconds")?.quantile(1) ?? 0
        }
        // The next sample records it.
        for _ in 0..<100 where longest() < 0.1 { await reactor.sleep(for: LoopLag.interval) }
        #expect(longest() >= 0.1)
    }
}

extension Substring {
    fileprivate func trimming(_ isOutside: (Character) -> Bool) -> String {
        var rest = drop(while: isOutside)
        while let last = rest.last, isOutside(last) { rest.removeLast() }
        return String(rest)
    }
}
