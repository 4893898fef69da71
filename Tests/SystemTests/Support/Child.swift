import Foundation
import Glibc
import Synchronization
import TestSupport

/// A program that a test started: its output is in files, its signals and its end are the test's.
final class Child: Sendable {
    enum End: Equatable, CustomStringConvertible {
        case exit(Int32)
        case signal(Int32)

        var description: String {
            switch self {
            case .exit(let status): "exit \(status)"
            case .signal(let number): "signal \(number)"
            }
        }
    }

    let pid: pid_t
    private let outputPath: String
    private let errorPath: String
    private let ended = Mutex<End?>(nil)

    /// - Parameters:
    ///   - environment: all of it; nothing is inherited.
    ///   - folder: where the output goes, under a name of its own.
    init(
        _ program: String, _ arguments: [String] = [], environment: [String: String] = [:],
        in folder: TemporaryFolder
    ) throws {
        let name = "\(URL(fileURLWithPath: program).lastPathComponent).\(UInt32.random(in: 0...UInt32.max))"
        outputPath = "\(folder.path)/\(name).out"
        errorPath = "\(folder.path)/\(name).err"
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let flags = O_WRONLY | O_CREAT | O_APPEND
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, outputPath, flags, 0o644)
        posix_spawn_file_actions_addopen(&actions, 2, errorPath, flags, 0o644)
        Self.keepDescriptors()
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var all = ["PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C.UTF-8"]
        all.merge(environment) { $1 }
        let argv = ([program] + arguments).map { strdup($0) } + [nil]
        let envp = all.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in argv + envp { free(text) } }
        var pid: pid_t = 0
        let status = posix_spawnp(&pid, program, &actions, &attributes, argv, envp)
        guard status == 0 else { throw Failure("cannot start \(program): \(status)") }
        self.pid = pid
    }

    /// No socket of this process may live on in a child: its peer would wait for its end.
    private static func keepDescriptors() {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        for descriptor in names.compactMap(Int32.init) where descriptor > 2 {
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        }
    }

    deinit {
        if end == nil {
            Glibc.kill(pid, SIGKILL)
            waitpid(pid, nil, 0)
        }
    }

    // MARK: Output

    var output: String { (try? String(contentsOfFile: outputPath, encoding: .utf8)) ?? "" }
    var errorOutput: String { (try? String(contentsOfFile: errorPath, encoding: .utf8)) ?? "" }

    // MARK: Life

    /// nil while it lives.
    var end: End? {
        ended.withLock { ended in
            guard ended == nil else { return ended }
            var status: Int32 = 0
            guard waitpid(pid, &status, WNOHANG) == pid else { return nil }
            let signal = status & 0x7F
            ended = signal == 0 ? .exit((status >> 8) & 0xFF) : .signal(signal)
            return ended
        }
    }

    /// Does nothing once it has ended: the number may be somebody else's by then.
    func send(_ signal: Int32) {
        if end == nil { Glibc.kill(pid, signal) }
    }

    /// - Throws: `TimedOut` when it still lives after `limit`.
    func waitForEnd(within limit: Duration = .seconds(30)) async throws -> End {
        var end: End?
        try await eventually(within: limit, "process \(pid) ends") {
            end = self.end
            return end != nil
        }
        guard let end else { throw Failure("no end") }
        return end
    }

    /// Ends it as a crash would, and waits until it is gone.
    func kill() async {
        send(SIGKILL)
        _ = try? await waitForEnd()
    }

    /// Runs a program to its end.
    static func run(
        _ program: String, _ arguments: [String] = [], environment: [String: String] = [:],
        in folder: TemporaryFolder, within limit: Duration = .seconds(60)
    ) async throws -> (end: End, output: String, errorOutput: String) {
        let child = try Child(program, arguments, environment: environment, in: folder)
        let end: End
        do {
            end = try await child.waitForEnd(within: limit)
        } catch {
            await child.kill()
            throw error
        }
        return (end, child.output, child.errorOutput)
    }
}
