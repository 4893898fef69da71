import HTTPCore
import HTTPTypes
import NIOCore
import Telemetry
import UseCases

/// The process's metrics in Prometheus' text format.
struct MetricsEndpoint: Sendable {
    let metrics: @Sendable () async -> String

    var endpoint: Endpoint {
        Endpoint(
            .get,
            "/metrics",
            scope: .read,
            isOpenOnLoopback: true,
            summary: "Shows this server's metrics in Prometheus' text format",
            description: .getMetrics
        ) { _ in
            APIResponse(
                .ok,
                headers: [.contentType: MetricsRegistry.contentType, .cacheControl: "no-store"],
                body: ByteBuffer(string: await metrics())
            )
        }
    }
}
