import NIOCore
import NIOPosix

/// One connection through the proxy: both of its channels live on one event loop, and so does everything here.
final class CutOffLine: @unchecked Sendable {
    private let client: any Channel
    private var server: (any Channel)?
    private let plan: CutPlan
    private var fromClient = PostgresMessages(beginsUntyped: true)
    private var fromServer = PostgresMessages(beginsUntyped: false)
    /// Names of prepared statements that are a COMMIT.
    private var commits: Set<String> = []
    /// The last words sent over it that its next COMMIT may be silenced for.
    private var silencedWords: [UInt8]?
    private var isCut = false
    /// Nothing is passed on any more, and the client cannot tell.
    private var isSilent = false

    private init(client: any Channel, plan: CutPlan) {
        self.client = client
        self.plan = plan
    }

    /// Connects to the server; the client is not read from before that.
    static func open(from client: any Channel, to socketPath: String, plan: CutPlan) -> EventLoopFuture<Void> {
        let line = CutOffLine(client: client, plan: plan)
        return ClientBootstrap(group: client.eventLoop)
            .channelInitializer { server in
                server.eventLoop.makeCompletedFuture {
                    try server.pipeline.syncOperations.addHandler(
                        Relay(onBytes: { line.serverSent($0) }, onEnd: { line.serverLeft() }))
                }
            }
            .connect(unixDomainSocketPath: socketPath)
            .flatMapThrowing { server in
                line.server = server
                try client.pipeline.syncOperations.addHandler(
                    Relay(onBytes: { line.clientSent($0) }, onEnd: { line.clientLeft() }))
            }
    }

    // MARK: To the server

    private func clientSent(_ bytes: ByteBuffer) {
        guard !isCut, !isSilent else { return }
        fromClient.append(bytes)
        var passed = ByteBuffer()
        while let message = fromClient.next() {
            silencedWords = plan.silencedWords(in: message.bytes) ?? silencedWords
            if isCommit(message) {
                if plan.takes(.beforeCommit) {
                    server?.writeAndFlush(passed, promise: nil)
                    return cut(leavingServer: false)
                }
                if plan.takes(.whileCommitting) {
                    // The Sync behind it has to arrive too, or the server waits for it.
                    passed.writeImmutableBuffer(message.bytes)
                    while let rest = fromClient.next() { passed.writeImmutableBuffer(rest.bytes) }
                    server?.writeAndFlush(passed, promise: nil)
                    return cut(leavingServer: true)
                }
            }
            passed.writeImmutableBuffer(message.bytes)
        }
        server?.writeAndFlush(passed, promise: nil)
    }

    /// Whether a message runs a COMMIT: one that was prepared before, or one that is prepared for this one time.
    private func isCommit(_ message: PostgresMessages.Message) -> Bool {
        switch message.type {
        case UInt8(ascii: "P"):
            let texts = message.texts(2)
            guard texts.count == 2 else { return false }
            if texts[1].uppercased() == "COMMIT" { commits.insert(texts[0]) } else { commits.remove(texts[0]) }
            return false
        case UInt8(ascii: "B"):
            let texts = message.texts(2)
            return texts.count == 2 && commits.contains(texts[1])
        default: return false
        }
    }

    private func clientLeft() {
        // With a COMMIT under way the server finishes it; then it finds that nobody is there.
        if !isCut { server?.close(promise: nil) }
    }

    // MARK: To the client

    private func serverSent(_ bytes: ByteBuffer) {
        guard !isCut, !isSilent else { return }
        fromServer.append(bytes)
        var passed = ByteBuffer()
        while let message = fromServer.next() {
            let isCommitted = message.type == UInt8(ascii: "C") && message.texts(1) == ["COMMIT"]
            if isCommitted, plan.takesSilence(after: silencedWords) {
                isSilent = true
                return
            }
            if isCommitted, plan.takes(.afterCommit) {
                client.writeAndFlush(passed, promise: nil)
                return cut(leavingServer: false)
            }
            passed.writeImmutableBuffer(message.bytes)
        }
        client.writeAndFlush(passed, promise: nil)
    }

    private func serverLeft() { client.close(promise: nil) }

    private func cut(leavingServer: Bool) {
        isCut = true
        client.close(promise: nil)
        guard leavingServer else {
            server?.close(promise: nil)
            return
        }
        // Its answer is read and dropped; long after it must have come, the line goes.
        let server = server
        client.eventLoop.scheduleTask(in: .seconds(2)) { server?.close(promise: nil) }
    }
}
