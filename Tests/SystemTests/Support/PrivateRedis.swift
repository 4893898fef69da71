import Glibc
import TestSupport

/// A Redis of one test's own, on a socket in the test's folder.
actor PrivateRedis {
    let folder: TemporaryFolder
    private var child: Child?

    nonisolated var url: String { "unix://\(folder.path)/redis.sock?db=0" }

    init(in folder: TemporaryFolder) {
        self.folder = folder
    }

    /// Starts it, empty, and waits until it answers connections.
    func start() async throws {
        let socket = "\(folder.path)/redis.sock"
        unlink(socket)
        let started = try Child(
            environment("TEST_REDIS_SERVER") ?? "redis-server",
            [
                "--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no", "--dir", folder.path,
                "--loglevel", "warning",
            ], in: folder)
        child = started
        try await eventually("Redis listens") {
            if let end = started.end { throw Failure("Redis ended with \(end): \(started.output)") }
            return access(socket, F_OK) == 0
        }
    }

    /// Ends it as a crash would: what it held is gone.
    func crash() async {
        await child?.kill()
        child = nil
    }

    /// Its sockets stay open and answer nothing.
    func freeze() { child?.send(SIGSTOP) }
    func thaw() { child?.send(SIGCONT) }
}
