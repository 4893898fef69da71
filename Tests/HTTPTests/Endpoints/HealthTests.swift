import Foundation
import HTTPTypes
import Telemetry
import Testing
import UseCases

@testable import HTTPCore

@Suite("Health")
struct HealthTests {
    private static func check(_ name: String, _ state: HealthCheck.State, isEssential: Bool = false) -> HealthCheck {
        HealthCheck(name, isEssential: isEssential) { HealthCheck.Finding(state, detail: "host db-1.internal") }
    }

    @Test("a running process is live")
    func live() async throws {
        try await withAPI { api throws in
            #expect(try await api.get("/health/live").text == #"{"status":"ok"}"#)
        }
    }

    @Test(
        "ready tells each dependency; only what is essential makes it 503",
        arguments: [
            (.ok, .ok, 200, "ok"), (.ok, .down, 200, "degraded"), (.ok, .degraded, 200, "degraded"),
            (.degraded, .ok, 200, "degraded"), (.down, .ok, 503, "unavailable"), (.down, .down, 503, "unavailable"),
        ] as [(HealthCheck.State, HealthCheck.State, Int, String)]
    )
    func ready(_ database: HealthCheck.State, _ redis: HealthCheck.State, _ status: Int, _ word: String) async throws {
        let checks = [Self.check("postgresql", database, isEssential: true), Self.check("redis", redis)]
        try await withAPI(checks: checks) { api in
            let answer = try await api.get("/health/ready")
            #expect(answer.status == status)
            #expect(answer.members["status"] as? String == word)
            let shown = try #require(answer.members["checks"] as? [String: [String: Any]])
            #expect(shown["postgresql"]?["status"] as? String == database.rawValue)
            #expect(shown["redis"]?["status"] as? String == redis.rawValue)
            #expect((shown["redis"]?["latency_ms"] as? Double ?? -1) >= 0)
            #expect(!answer.text.contains("internal"))
        }
    }

    @Test("a note is shown, in the same bytes that every program sends")
    func note() async throws {
        let checks = [
            HealthCheck("postgresql", isEssential: true) { .ok },
            HealthCheck("redis", isEssential: false) { .init(.down, detail: "10.0.0.7", note: "refuses \"us\"") },
        ]
        try await withAPI(checks: checks) { api in
            let answer = try await api.get("/health/ready")
            #expect(answer.headers[.contentType] == "application/json")
            #expect(answer.headers[.cacheControl] == "no-store")
            let zeroed = answer.text.replacing(/"latency_ms":[0-9]+\.[0-9]{3}/, with: #""latency_ms":0.000"#)
            let report = HealthReport(
                status: .degraded,
                checks: [
                    .init(name: "postgresql", state: .ok, latency: .zero),
                    .init(name: "redis", state: .down, latency: .zero, note: "refuses \"us\""),
                ]
            )
            #expect(zeroed == report.json)
        }
    }

    @Test("a probe that does not return counts as down, and does not delay the report")
    func stuck() async throws {
        let stuck = HealthCheck("postgresql", isEssential: true) {
            // Ignores even cancellation.
            await withUnsafeContinuation { (_: UnsafeContinuation<HealthCheck.Finding, Never>) in }
        }
        try await withAPI(checks: [stuck]) { api in
            let answer = try await api.get("/health/ready")
            #expect(answer.status == 503)
            #expect(answer.text.contains(#""postgresql":{"status":"down""#))
        }
    }

    @Test("a draining server is not ready")
    func draining() async {
        let monitor = HealthMonitor([], logger: silence)
        #expect(await monitor.report().status == .ok)
        monitor.drain()
        #expect(await monitor.report().status == .unavailable)
    }
}
