import ServiceLifecycle

/// Background work that is cancelled at the graceful shutdown.
package struct UntilShutdown: Service {
    private let work: @Sendable () async -> Void

    package init(_ work: @escaping @Sendable () async -> Void) {
        self.work = work
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown { await work() }
    }
}
