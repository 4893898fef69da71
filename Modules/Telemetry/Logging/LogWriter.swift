internal import Dispatch
internal import Glibc
internal import Synchronization

/// Writes whole lines to one file descriptor, one after another.
///
/// A reader that has stalled must not stall the program: what cannot be written within `patience` is dropped and counted, and
/// the next line that can be written tells how many lines were lost.
public final class LogWriter: Sendable {
    /// Writes to standard error.
    public static let standardError = LogWriter(fileDescriptor: STDERR_FILENO)

    // A pipe takes this much at once or not at all (POSIX allows no less than 512; Linux has 4096), so after `poll` says
    // that it is writable a piece of this size does not block.
    private static let pipePieceLength = 4_096
    // Long enough for a reader that merely lost its processor, short enough for a request to bear.
    private static let patience = Duration.milliseconds(50)
    /// How long a gathered line may wait: nobody who reads a log notices, and at ten thousand lines a second it is one
    /// system call for a hundred of them.
    private static let gatheringMilliseconds = 10
    /// Gathered bytes at most, some four thousand lines: what comes while the reader stalls is dropped and counted.
    private static let gatheredLimit = 1 << 20

    private static let threadName = "log"

    /// What waits to be written. Held for as long as it takes to add a line.
    private struct Gathered {
        var lines = LineBytes()
        var count = 0
        var dropped = 0
        /// Whether `flush` has been called for.
        var isDue = false
    }

    /// Held while something is written, so that lines come whole and in order.
    private struct Output {
        var dropped = 0
        /// Whether the last line broke off.
        var isTorn = false
    }

    private let fileDescriptor: Int32
    /// A file takes any number of bytes at once.
    private let pieceLength: Int
    private let gathered = Mutex(Gathered())
    private let output = Mutex(Output())
    private let queue = DispatchQueue(label: LogWriter.threadName, qos: .utility)

    public init(fileDescriptor: Int32) {
        self.fileDescriptor = fileDescriptor
        var status = stat()
        let isFile = fstat(fileDescriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        pieceLength = isFile ? Self.gatheredLimit : Self.pipePieceLength
    }

    /// Writes the line and a line end, at once, after what was gathered. The text holds no line end of its own.
    public func write(_ line: String) {
        output.withLock { output in
            drain(&output)
            guard tellDropped(&output), put(line + "\n", &output) else {
                output.dropped += 1
                return
            }
        }
    }

    /// Adds a line that may be written a little later: on a thread of its own, together with those that follow.
    func gather(_ line: (inout LineBytes) -> Void) {
        let becameDue = gathered.withLock { gathered in
            guard gathered.lines.count < Self.gatheredLimit else {
                gathered.dropped += 1
                return false
            }
            line(&gathered.lines)
            gathered.lines += "\n"
            gathered.count += 1
            defer { gathered.isDue = true }
            return !gathered.isDue
        }
        guard becameDue else { return }
        queue.asyncAfter(deadline: .now() + .milliseconds(Self.gatheringMilliseconds)) { [self] in flush() }
    }

    /// Writes what was gathered.
    public func flush() {
        output.withLock { drain(&$0) }
    }

    private func drain(_ output: inout Output) {
        let (bytes, count) = gathered.withLock { gathered in
            gathered.isDue = false
            output.dropped += gathered.dropped
            gathered.dropped = 0
            let count = gathered.count
            gathered.count = 0
            return (count > 0 ? gathered.lines.takeAll() : [], count)
        }
        guard count > 0 else { return }
        let isWritten = tellDropped(&output) && bytes.withUnsafeBytes { put($0, &output) }
        if !isWritten { output.dropped += count }
    }

    /// Whether there is nothing to tell, or it has been told.
    private func tellDropped(_ output: inout Output) -> Bool {
        guard output.dropped > 0 else { return true }
        let end = output.isTorn ? "\n" : ""
        guard put("\(end)… \(output.dropped) log lines were dropped because nobody read them\n", &output) else {
            return false
        }
        output.dropped = 0
        return true
    }

    /// Whether all of the text was written.
    private func put(_ text: String, _ output: inout Output) -> Bool {
        var text = text
        return text.withUTF8 { put(UnsafeRawBufferPointer($0), &output) }
    }

    private func put(_ buffer: UnsafeRawBufferPointer, _ output: inout Output) -> Bool {
        var rest = buffer[...]
        let deadline = ContinuousClock.now + Self.patience
        while !rest.isEmpty {
            guard isWritable(until: deadline) else { return false }
            let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(pieceLength))
            let written = Glibc.write(fileDescriptor, piece.baseAddress, piece.count)
            if written < 0, errno == EINTR || errno == EAGAIN { continue }
            guard written > 0 else { return false }
            rest = rest.dropFirst(written)
            output.isTorn = !rest.isEmpty
        }
        return true
    }

    private func isWritable(until deadline: ContinuousClock.Instant) -> Bool {
        var descriptor = pollfd(fd: fileDescriptor, events: Int16(POLLOUT), revents: 0)
        while true {
            let left = max(0, (deadline - .now) / .milliseconds(1))
            let count = poll(&descriptor, 1, Int32(left.rounded(.up)))
            if count < 0, errno == EINTR { continue }
            return count > 0 && descriptor.revents & Int16(POLLOUT) != 0
        }
    }
}

/// A reader that went away must end a write with an error, not the program with a signal.
func ignoreBrokenPipes() {
    signal(SIGPIPE, SIG_IGN)
}
