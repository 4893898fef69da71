import Glibc
import TestSupport

/// A test's private Redis on a socket in the test's folder.
actor PrivateRedis {
    let folder: TemporaryFolder
    private var child: Child?

    nonisolated var url: String { "unix://\(folder.path)/redis.sock?db=0" }

    init(in folder: TemporaryFolder) {
        self.folder = folder
    }

    /// Starts it without data and waits until it accepts connections.
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

    /// Kills it; its data is lost.
    func crash() async {
        await child?.kill()
        child = nil
    }

    /// Stops the process; its sockets stay open without answering.
    func freeze() { child?.send(SIGSTOP) }
    func thaw() { child?.send(SIGCONT) }
}
