import Glibc
import Synchronization

/// A Redis server for one test, on a private socket in a temporary folder, so that any number of runs work side by side.
/// The program is `TEST_REDIS_SERVER`, or `/usr/bin/redis-server`.
public final class RedisServer: Sendable {
    public enum Failure: Error {
        case system(call: String, errno: CInt)
        /// The server did not listen within the start limit.
        case notListening
    }

    /// Long enough for a machine that builds and tests at the same time.
    private static let startLimit: Duration = .seconds(20)

    public let folder: String
    public let port: Int?
    private let password: String?
    private let process = Mutex<pid_t?>(nil)

    public var socket: String { folder + "/redis.sock" }
    /// For ``RedisClient``'s configuration, without the password.
    public var url: String { "unix://\(socket)" }

    /// - Parameters:
    ///   - password: the password that the server requires.
    ///   - onTCP: whether it also listens on a free port of 127.0.0.1.
    public init(password: String? = nil, onTCP: Bool = false) throws {
        var template = Array("/tmp/redis-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure.system(call: "mkdtemp", errno: errno) }
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        port = onTCP ? try Self.freePort() : nil
        self.password = password
        try start()
    }

    deinit {
        kill()
        unlink(socket)
        unlink(socket + ".hidden")
        rmdir(folder)
    }

    /// Starts the program and waits until it listens. Its database is empty: the server saves no data.
    public func start() throws {
        let program = getenv("TEST_REDIS_SERVER").map { String(cString: $0) } ?? "/usr/bin/redis-server"
        var arguments = [
            program, "--port", port.map { String($0) } ?? "0", "--bind", "127.0.0.1", "--unixsocket", socket, "--save",
            "",
            "--appendonly", "no", "--dir", folder, "--loglevel", "warning", "--logfile", "/dev/null",
        ]
        if let password { arguments += ["--requirepass", password] }
        let started = try Self.spawn(program, arguments)
        process.withLock { $0 = started }
        let deadline = ContinuousClock.now + Self.startLimit
        while !accepts() {
            guard ContinuousClock.now < deadline else { throw Failure.notListening }
            usleep(2_000)
        }
    }

    /// Kills the server as a crash would, and waits until the process has ended.
    public func kill() {
        process.withLock { process in
            guard let pid = process.take() else { return }
            Glibc.kill(pid, SIGKILL)
            var status: CInt = 0
            while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        }
    }

    /// Freezes the server: its sockets stay open and answer nothing.
    public func freeze() {
        signal(SIGSTOP)
    }

    public func thaw() {
        signal(SIGCONT)
    }

    /// Renames the socket: open connections stay, and no new one can be made until ``show()``.
    public func hide() {
        rename(socket, socket + ".hidden")
    }

    public func show() {
        rename(socket + ".hidden", socket)
    }

    private func signal(_ number: CInt) {
        process.withLock { process in
            if let pid = process { _ = Glibc.kill(pid, number) }
        }
    }

    private func accepts() -> Bool {
        let descriptor = Glibc.socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: socket.utf8) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
    }

    private static func spawn(_ program: String, _ arguments: [String]) throws -> pid_t {
        var vector: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
        vector.append(nil)
        defer { for argument in vector { free(argument) } }
        // A server that outlives a crashed test must not hold the test's pipes open, or their reader waits forever.
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for descriptor in 0...2 as ClosedRange<CInt> {
            posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
        }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, program, &actions, nil, vector, environ)
        guard code == 0 else { throw Failure.system(call: "posix_spawn \(program)", errno: code) }
        return pid
    }

    /// A port that was free a moment ago.
    private static func freePort() throws -> Int {
        let descriptor = Glibc.socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 ? getsockname(descriptor, $0, &length) : -1
            }
        }
        guard code == 0 else { throw Failure.system(call: "bind", errno: errno) }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
