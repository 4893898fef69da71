import NIOCore
import NIOPosix
import Synchronization
import TestSupport

/// A proxy between the API and PostgreSQL on a port of 127.0.0.1. On demand it cuts or silences connections around a
/// COMMIT.
final class CommitFaultProxy: Sendable {
    enum Cut: String, CaseIterable {
        /// The COMMIT never reaches the server, though everything before it does.
        case beforeCommit
        /// The COMMIT is sent; the client's connection is cut before the server has finished.
        case whileCommitting
        /// The server has committed; its reply never reaches the client.
        case afterCommit
    }

    private let plan: CommitFaultPlan
    private let listener: any Channel
    var port: Int { listener.localAddress?.port ?? 0 }

    private init(listener: any Channel, plan: CommitFaultPlan) {
        self.listener = listener
        self.plan = plan
    }

    /// Runs a body with a proxy for the server that listens on this socket.
    static func with<Value>(
        socketPath: String, seed: UInt64, _ body: (CommitFaultProxy) async throws -> Value
    ) async throws -> Value {
        let plan = CommitFaultPlan(seed: seed)
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 128)
            .childChannelInitializer { client in CommitFaultConnection.open(from: client, to: socketPath, plan: plan) }
            .bind(host: "127.0.0.1", port: 0).get()
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(CommitFaultProxy(listener: listener, plan: plan)))
        } catch {
            result = .failure(error)
        }
        try? await listener.close()
        return try result.get()
    }

    /// Cuts `times` connections from now on, at randomly chosen COMMITs.
    func arm(_ cut: Cut, times: Int) { plan.arm(cut, times: times) }

    /// How many connections it has cut.
    var cutsMade: Int { plan.made }

    /// Silences the next connection on which the server completes a COMMIT after the marker was sent on it: it stays
    /// open, but the reply is not forwarded. Other commits pass.
    func silenceNextCommit(after marker: String) { plan.silenceNext(after: marker) }

    /// How many connections it has silenced.
    var silencesMade: Int { plan.silences }
}

/// Decides which COMMITs are cut or silenced.
final class CommitFaultPlan: Sendable {
    private struct State {
        var random: SeededRandom
        var cut: CommitFaultProxy.Cut?
        var remaining = 0
        var made = 0
        var silenced: [UInt8]?
        var silences = 0
    }

    /// One COMMIT in three is cut, so that cuts hit new and old connections.
    private static let rarity = 3

    private let state: Mutex<State>

    init(seed: UInt64) { state = Mutex(State(random: SeededRandom(seed: seed))) }

    var made: Int { state.withLock { $0.made } }
    var silences: Int { state.withLock { $0.silences } }

    func silenceNext(after marker: String) { state.withLock { $0.silenced = Array(marker.utf8) } }

    /// Called for each message to the server. Returns the marker if the message contains it.
    func silenceMarker(in message: ByteBuffer) -> [UInt8]? {
        state.withLock { state in
            guard let marker = state.silenced, message.readableBytesView.firstRange(of: marker) != nil else {
                return nil
            }
            return marker
        }
    }

    /// Called once for each COMMIT that the server has completed.
    /// - Parameter marker: the marker seen on the connection.
    func takesSilence(after marker: [UInt8]?) -> Bool {
        state.withLock { state in
            guard let marker, marker == state.silenced else { return false }
            state.silenced = nil
            state.silences += 1
            return true
        }
    }

    func arm(_ cut: CommitFaultProxy.Cut, times: Int) {
        state.withLock { state in
            state.cut = cut
            state.remaining = times
        }
    }

    /// Called once for each COMMIT that reaches the point of the cut.
    func takes(_ cut: CommitFaultProxy.Cut) -> Bool {
        state.withLock { state in
            guard state.cut == cut, state.remaining > 0 else { return false }
            guard Int.random(in: 0..<Self.rarity, using: &state.random) == 0 else { return false }
            state.remaining -= 1
            state.made += 1
            return true
        }
    }
}
