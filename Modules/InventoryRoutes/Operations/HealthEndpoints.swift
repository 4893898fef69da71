import HTTPCore
import HTTPTypes
import NIOCore
import Telemetry

/// Liveness and readiness checks.
struct HealthEndpoints: Sendable {
    let health: HealthMonitor

    var endpoints: [Endpoint] {
        [
            Endpoint(
                .get, "/health/live", scope: nil, summary: "Answers while the process lives", description: .healthLive
            ) { _ in
                Self.answer(.ok, HealthReport.liveJSON)
            },
            Endpoint(
                .get,
                "/health/ready",
                scope: nil,
                summary: "Shows each dependency, its state and latency; 503 when requests should go elsewhere",
                description: .healthReady
            ) { _ in await ready() },
        ]
    }

    private func ready() async -> APIResponse {
        let report = await health.report()
        var response = Self.answer(report.status == .unavailable ? .serviceUnavailable : .ok, report.json)
        response.headers[.cacheControl] = "no-store"
        return response
    }

    /// `HealthReport` writes the bodies, because the sweeper and the mailer serve the same ones.
    private static func answer(_ status: HTTPResponse.Status, _ json: String) -> APIResponse {
        APIResponse(status, headers: [.contentType: "application/json"], body: ByteBuffer(string: json))
    }
}
