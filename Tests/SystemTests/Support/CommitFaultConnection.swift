import NIOCore
import NIOPosix

/// One connection through the proxy. Both channels and all state belong to one event loop.
final class CommitFaultConnection: @unchecked Sendable {
    private let client: any Channel
    private var server: (any Channel)?
    private let plan: CommitFaultPlan
    private var fromClient = PostgresMessages(beginsUntyped: true)
    private var fromServer = PostgresMessages(beginsUntyped: false)
    /// Names of prepared COMMIT statements.
    private var commits: Set<String> = []
    /// The last marker seen on this connection, for which its next COMMIT may be silenced.
    private var silenceMarker: [UInt8]?
    private var isCut = false
    /// The connection stays open, but nothing is forwarded any more.
    private var isSilent = false

    private init(client: any Channel, plan: CommitFaultPlan) {
        self.client = client
        self.plan = plan
    }

    /// Connects to the server; reading from the client starts after that.
    static func open(from client: any Channel, to socketPath: String, plan: CommitFaultPlan) -> EventLoopFuture<Void> {
        let line = CommitFaultConnection(client: client, plan: plan)
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
            silenceMarker = plan.silenceMarker(in: message.bytes) ?? silenceMarker
            if isCommit(message) {
                if plan.takes(.beforeCommit) {
                    server?.writeAndFlush(passed, promise: nil)
                    return cut(leavingServer: false)
                }
                if plan.takes(.whileCommitting) {
                    // The following Sync must arrive too, or the server waits for it.
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

    /// Whether a message executes a COMMIT, prepared earlier or unnamed.
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
        // The server finishes a running COMMIT and then finds the connection closed.
        if !isCut { server?.close(promise: nil) }
    }

    // MARK: To the client

    private func serverSent(_ bytes: ByteBuffer) {
        guard !isCut, !isSilent else { return }
        fromServer.append(bytes)
        var passed = ByteBuffer()
        while let message = fromServer.next() {
            let isCommitted = message.type == UInt8(ascii: "C") && message.texts(1) == ["COMMIT"]
            if isCommitted, plan.takesSilence(after: silenceMarker) {
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
        // The server's reply is read and dropped; its connection is closed long after the reply must have come.
        let server = server
        client.eventLoop.scheduleTask(in: .seconds(2)) { server?.close(promise: nil) }
    }
}
