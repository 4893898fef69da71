import Glibc
import Synchronization

/// Shows a replay's progress: one line redrawn in place on a terminal, else a line every few seconds.
///
/// It is drawn when something completes, so a run that waits for a server shows an old line.
public struct ReplayProgress: Sendable {
    /// Often enough for a person.
    static let terminalInterval = Duration.milliseconds(200)
    /// For logs.
    static let lineInterval = Duration.seconds(5)

    private struct State {
        var phase = ""
        var total = 0
        var done = 0
        var start: ContinuousClock.Instant?
        var lastDrawn: ContinuousClock.Instant?
    }

    private final class Display: Sendable {
        let state = Mutex(State())
    }

    private let display = Display()
    private let isTerminal: Bool
    private let now: @Sendable () -> ContinuousClock.Instant
    private let write: (@Sendable (String) -> Void)?

    /// - Parameter write: receives the text to show, line breaks included. One task calls it at a time.
    public init(
        isTerminal: Bool,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        write: (@Sendable (String) -> Void)?
    ) {
        self.isTerminal = isTerminal
        self.now = now
        self.write = write
    }

    /// Shows nothing.
    public static var silent: ReplayProgress { ReplayProgress(isTerminal: false, write: nil) }

    /// Shows progress on standard error, a terminal or not.
    public static var standardError: ReplayProgress {
        ReplayProgress(isTerminal: isatty(STDERR_FILENO) == 1) { text in
            var text = text
            // A progress line that cannot be written must not stop a replay.
            text.withUTF8 { _ = Self.writeBytes(STDERR_FILENO, $0.baseAddress, $0.count) }
        }
    }

    private static func writeBytes(_ descriptor: CInt, _ bytes: UnsafePointer<UInt8>?, _ count: Int) -> Int {
        Glibc.write(descriptor, bytes, count)
    }

    func begin(_ phase: String, total: Int) {
        guard write != nil else { return }
        let instant = now()
        display.state.withLock { $0 = State(phase: phase, total: total, start: instant, lastDrawn: instant) }
    }

    func advance() {
        guard let write else { return }
        display.state.withLock { state in
            state.done += 1
            let instant = now()
            let interval = isTerminal ? Self.terminalInterval : Self.lineInterval
            guard let last = state.lastDrawn, instant - last >= interval else { return }
            state.lastDrawn = instant
            write(line(state, instant) + (isTerminal ? "" : "\n"))
        }
    }

    /// Draws the phase's last line and ends it.
    func end() {
        guard let write else { return }
        display.state.withLock { state in
            write(line(state, now()) + "\n")
            state.lastDrawn = nil
        }
    }

    private func line(_ state: State, _ instant: ContinuousClock.Instant) -> String {
        let seconds = state.start.map { (instant - $0).seconds } ?? 0
        let rate = seconds > 0 ? Int(Double(state.done) / seconds) : 0
        let text = "\(state.phase): \(state.done)/\(state.total), \(rate)/s"
        // Return to the start of the line, and clear what the last drawing left to the right.
        return isTerminal ? "\r\(text)\u{1B}[K" : text
    }
}
