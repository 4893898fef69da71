import NIOCore
import NIOPosix
import Synchronization
import TestSupport

/// Stands between the API and PostgreSQL, on a port of 127.0.0.1, and cuts the line around a COMMIT when it is told to.
final class CutOffProxy: Sendable {
    enum Cut: String, CaseIterable {
        /// The COMMIT never reaches the server, though everything before it does.
        case beforeCommit
        /// The COMMIT is on its way; the client is gone before the server has finished.
        case whileCommitting
        /// The server has committed; its answer never reaches the client.
        case afterCommit
    }

    private let plan: CutPlan
    private let listener: any Channel
    var port: Int { listener.localAddress?.port ?? 0 }

    private init(listener: any Channel, plan: CutPlan) {
        self.listener = listener
        self.plan = plan
    }

    /// Runs a body with a proxy before the server that listens on this socket.
    static func with<Value>(
        socketPath: String, seed: UInt64, _ body: (CutOffProxy) async throws -> Value
    ) async throws -> Value {
        let plan = CutPlan(seed: seed)
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 128)
            .childChannelInitializer { client in CutOffLine.open(from: client, to: socketPath, plan: plan) }
            .bind(host: "127.0.0.1", port: 0).get()
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(CutOffProxy(listener: listener, plan: plan)))
        } catch {
            result = .failure(error)
        }
        try? await listener.close()
        return try result.get()
    }

    /// Cuts so many lines from now on, at COMMITs chosen at random.
    func arm(_ cut: Cut, times: Int) { plan.arm(cut, times: times) }

    /// How many lines it has cut since it was made.
    var cutsMade: Int { plan.made }

    /// From the next COMMIT on that the server says is done on a line over which these words were sent, that line stays open
    /// and silent: nobody hears of it. What a program commits of its own accord meanwhile goes through.
    func silenceNextCommit(after words: String) { plan.silenceNext(after: words) }

    /// How many lines it has silenced since it was made.
    var silencesMade: Int { plan.silences }
}

/// Which COMMITs are cut.
final class CutPlan: Sendable {
    private struct State {
        var random: SeededRandom
        var cut: CutOffProxy.Cut?
        var remaining = 0
        var made = 0
        var silenced: [UInt8]?
        var silences = 0
    }

    /// One COMMIT in so many is cut, so that cuts fall on new connections and on old ones.
    private static let rarity = 3

    private let state: Mutex<State>

    init(seed: UInt64) { state = Mutex(State(random: SeededRandom(seed: seed))) }

    var made: Int { state.withLock { $0.made } }
    var silences: Int { state.withLock { $0.silences } }

    func silenceNext(after words: String) { state.withLock { $0.silenced = Array(words.utf8) } }

    /// Asked for each message to the server: the words, when it has them in it.
    func silencedWords(in message: ByteBuffer) -> [UInt8]? {
        state.withLock { state in
            guard let words = state.silenced, message.readableBytesView.firstRange(of: words) != nil else { return nil }
            return words
        }
    }

    /// Asked once for each COMMIT that the server has done.
    /// - Parameter words: those that were sent over the line.
    func takesSilence(after words: [UInt8]?) -> Bool {
        state.withLock { state in
            guard let words, words == state.silenced else { return false }
            state.silenced = nil
            state.silences += 1
            return true
        }
    }

    func arm(_ cut: CutOffProxy.Cut, times: Int) {
        state.withLock { state in
            state.cut = cut
            state.remaining = times
        }
    }

    /// Asked once for each COMMIT that comes to the place of the cut.
    func takes(_ cut: CutOffProxy.Cut) -> Bool {
        state.withLock { state in
            guard state.cut == cut, state.remaining > 0 else { return false }
            guard Int.random(in: 0..<Self.rarity, using: &state.random) == 0 else { return false }
            state.remaining -= 1
            state.made += 1
            return true
        }
    }
}
