import ServiceLifecycle
package import WritePath

/// The engine as a service. It ends after its callers, when the group cancels it or shuts it down.
package struct EngineService: Service {
    private let engine: CommandEngine

    package init(_ engine: CommandEngine) {
        self.engine = engine
    }

    package func run() async throws {
        await withGracefulShutdownHandler {
            await engine.run()
        } onGracefulShutdown: {
            Task { await engine.stop() }
        }
    }
}
