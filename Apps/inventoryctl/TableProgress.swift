import Glibc
import Settings
import Synchronization

/// Shows the progress of a table on standard error: one line that is overwritten on a terminal, else a line every two
/// seconds.
final class TableProgress: Sendable {
    private static let pause = Duration.seconds(2)
    private static let pauseOnTerminal = Duration.milliseconds(100)

    private let isTerminal = isatty(STDERR_FILENO) == 1
    private let last = Mutex<ContinuousClock.Instant>(.now)

    func tell(_ words: String) {
        let isDue = last.withLock { last in
            guard ContinuousClock.now - last >= (isTerminal ? Self.pauseOnTerminal : Self.pause) else { return false }
            last = .now
            return true
        }
        guard isDue else { return }
        if isTerminal {
            overwrite(words)
        } else {
            writeToStandardError(words)
        }
    }

    /// Clears the line.
    func end() {
        if isTerminal { overwrite("") }
    }

    private func overwrite(_ words: String) {
        let text = Array("\r\u{1B}[K\(words)".utf8)
        _ = write(STDERR_FILENO, text, text.count)
    }
}
