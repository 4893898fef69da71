import Glibc
import Synchronization

/// Shows how far a replay is: one line redrawn in place on a terminal, else a line every few seconds.
///
/// It is drawn when something has been done, so a run that waits for a server shows an old line.
public struct ReplayProgress: Sendable {
    /// Eyes need no more.
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

    private final class Board: Sendable {
        let state = Mutex(State())
    }

    private let board = Board()
    private let isTerminal: Bool
    private let now: @Sendable () -> ContinuousClock.Instant
    private let write: (@Sendable (String) -> Void)?

    /// - Parameter write: takes text as it is to appear, line breaks included. It is called by one task at a time.
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

    /// Shows on standard error, whichever that is.
    public static var standardError: ReplayProgress {
        ReplayProgress(isTerminal: isatty(STDERR_FILENO) == 1) { text in
            var text = text
            // A progress line that cannot be written is no reason to stop a replay.
            text.withUTF8 { _ = Self.writeBytes(STDERR_FILENO, $0.baseAddress, $0.count) }
        }
    }

    private static func writeBytes(_ descriptor: CInt, _ bytes: UnsafePointer<UInt8>?, _ count: Int) -> Int {
        Glibc.write(descriptor, bytes, count)
    }

    func begin(_ phase: String, total: Int) {
        guard write != nil else { return }
        let instant = now()
        board.state.withLock { $0 = State(phase: phase, total: total, start: instant, lastDrawn: instant) }
    }

    func advance() {
        guard let write else { return }
        board.state.withLock { state in
            state.done += 1
            let instant = now()
            let interval = isTerminal ? Self.terminalInterval : Self.lineInterval
            guard let last = state.lastDrawn, instant - last >= interval else { return }
            state.lastDrawn = instant
            write(line(state, instant) + (isTerminal ? "" : "\n"))
        }
    }

    /// Draws the phase's last line and leaves it there.
    func end() {
        guard let write else { return }
        board.state.withLock { state in
            write(line(state, now()) + "\n")
            state.lastDrawn = nil
        }
    }

    private func line(_ state: State, _ instant: ContinuousClock.Instant) -> String {
        let seconds = state.start.map { (instant - $0).seconds } ?? 0
        let rate = seconds > 0 ? Int(Double(state.done) / seconds) : 0
        let text = "\(state.phase): \(state.done)/\(state.total), \(rate)/s"
        // Back to the line's start, and clear what the last drawing may have left to the right.
        return isTerminal ? "\r\(text)\u{1B}[K" : text
    }
}
