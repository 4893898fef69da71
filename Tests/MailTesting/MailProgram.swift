import Foundation
import Synchronization

/// A program started by a test; it ends with the test at the latest.
final class MailProgram: Sendable {
    private let pid: Mutex<pid_t?>

    /// - Parameter output: a file for its output, errors included.
    init(_ arguments: [String], output: String) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        // The program must not inherit sockets of this process: their peers would wait for the program's end.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        for descriptor in names.compactMap(Int32.init) where descriptor > 2 {
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        }
        let environment = ["PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C.UTF-8", "PYTHONDONTWRITEBYTECODE=1"]
        let vectors = [arguments, environment].map { $0.map { strdup($0) } + [nil] }
        defer { for vector in vectors { for text in vector { free(text) } } }
        // The threads of tests block signals, and a program would inherit that.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var started: pid_t = 0
        let code = posix_spawnp(&started, arguments[0], &actions, &attributes, vectors[0], vectors[1])
        guard code == 0 else { throw MailFailure("cannot start \(arguments[0]): \(code)") }
        pid = Mutex(started)
    }

    deinit {
        end(by: SIGKILL)
    }

    /// Sends the signal and waits until the program has ended.
    func end(by signal: Int32) {
        pid.withLock { pid in
            guard let number = pid.take() else { return }
            kill(number, signal)
            Self.wait(number)
        }
    }

    var isAlive: Bool {
        pid.withLock { pid in
            guard let number = pid else { return false }
            var status: Int32 = 0
            guard waitpid(number, &status, WNOHANG) == number else { return true }
            pid = nil
            return false
        }
    }

    /// Sends a signal, such as SIGSTOP and SIGCONT to freeze and thaw it.
    func send(_ signal: Int32) {
        pid.withLock { if let number = $0 { _ = kill(number, signal) } }
    }

    @discardableResult
    private static func wait(_ number: pid_t) -> Int32 {
        var status: Int32 = 0
        while waitpid(number, &status, 0) < 0, errno == EINTR {}
        return status
    }

    /// Runs a program to its end.
    /// - Throws: with its output, if it fails.
    static func run(_ arguments: [String], output: String) throws {
        let program = try MailProgram(arguments, output: output)
        let status = program.pid.withLock { pid in pid.take().map { wait($0) } }
        guard status == 0 else {
            let printed = (try? String(contentsOfFile: output, encoding: .utf8)) ?? ""
            throw MailFailure("\(arguments.prefix(2).joined(separator: " ")) failed: \(printed)")
        }
    }
}
