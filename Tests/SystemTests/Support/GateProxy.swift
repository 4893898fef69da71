import NIOCore
import NIOPosix
import Synchronization

/// A proxy from a port of 127.0.0.1 to a Unix socket that can be shut: it closes open connections and refuses new ones.
final class GateProxy: Sendable {
    private let listener: any Channel
    private let gate: Gate
    var port: Int { listener.localAddress?.port ?? 0 }

    private final class Gate: Sendable {
        private struct State {
            var isShut = false
            var lines: [any Channel] = []
        }

        private let state = Mutex(State())

        /// Returns false if the gate is shut.
        func enter(_ channel: any Channel) -> Bool {
            state.withLock { state in
                guard !state.isShut else { return false }
                state.lines.append(channel)
                return true
            }
        }

        func open() { state.withLock { $0.isShut = false } }

        func shut() -> [any Channel] {
            state.withLock { state in
                state.isShut = true
                defer { state.lines = [] }
                return state.lines
            }
        }
    }

    private struct IsShut: Error {}

    private init(listener: any Channel, gate: Gate) {
        self.listener = listener
        self.gate = gate
    }

    static func with<Value>(
        socketPath: String, _ body: (GateProxy) async throws -> Value
    ) async throws -> Value {
        let gate = Gate()
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { client in
                guard gate.enter(client) else { return client.eventLoop.makeFailedFuture(IsShut()) }
                return ClientBootstrap(group: client.eventLoop)
                    .channelInitializer { server in
                        server.eventLoop.makeCompletedFuture {
                            try server.pipeline.syncOperations.addHandler(
                                Relay(
                                    onBytes: { client.writeAndFlush($0, promise: nil) },
                                    onEnd: { client.close(promise: nil) }))
                        }
                    }
                    .connect(unixDomainSocketPath: socketPath)
                    .flatMapThrowing { server in
                        try client.pipeline.syncOperations.addHandler(
                            Relay(
                                onBytes: { server.writeAndFlush($0, promise: nil) },
                                onEnd: { server.close(promise: nil) }))
                    }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(GateProxy(listener: listener, gate: gate)))
        } catch {
            result = .failure(error)
        }
        try? await listener.close()
        for line in gate.shut() { try? await line.close() }
        return try result.get()
    }

    func shut() async {
        for line in gate.shut() { try? await line.close() }
    }

    func open() { gate.open() }
}
