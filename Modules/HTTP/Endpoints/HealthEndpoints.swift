import HTTPTypes

/// Whether the process lives, and whether it can serve (api.md, *Operations*).
struct HealthEndpoints: Sendable {
    let health: HealthMonitor

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, "/health/live", scope: nil, summary: "Answers while the process lives") { _ in
                .json { writer in
                    writer.object { $0.member("status", "ok") }
                }
            },
            Endpoint(
                .get,
                "/health/ready",
                scope: nil,
                summary: "Shows each dependency, its state and latency; 503 when requests should go elsewhere"
            ) { _ in await ready() },
        ]
    }

    private func ready() async -> APIResponse {
        let report = await health.report()
        let status: HTTPResponse.Status = report.status == .unavailable ? .serviceUnavailable : .ok
        var response = APIResponse.json(status) { writer in
            writer.object { writer in
                writer.member("status", report.status.rawValue)
                writer.name("checks")
                writer.object { writer in
                    for check in report.checks {
                        writer.name(check.name)
                        writer.object { writer in
                            writer.member("status", check.state.rawValue)
                            writer.name("latency_ms")
                            writer.decimal(thousandths: check.latency.nanoseconds / 1_000)
                        }
                    }
                }
            }
        }
        response.headers[.cacheControl] = "no-store"
        return response
    }
}
