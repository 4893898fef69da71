internal import Dispatch
internal import Glibc
internal import Synchronization

/// Writes whole lines to one file descriptor, one after another.
///
/// A stalled reader must not stall the program: lines that cannot be written within `writeLimit` are dropped and
/// counted, and the next line that can be written tells how many were lost.
public final class LogWriter: Sendable {
    /// Writes to standard error.
    public static let standardError = LogWriter(fileDescriptor: STDERR_FILENO)

    // A pipe accepts a write of this size at once or not at all (POSIX guarantees 512, Linux 4096), so it does not
    // block after `poll` has reported the pipe writable.
    private static let pipePieceLength = 4_096
    // Long enough for a reader that was only descheduled, short enough for a request to tolerate.
    private static let writeLimit = Duration.milliseconds(50)
    /// How long a buffered line may wait. Readers of a log do not notice it, and at ten thousand lines a second it
    /// needs one system call per hundred lines.
    private static let bufferingMilliseconds = 10
    /// The buffer's size in bytes, about four thousand lines. Further lines are dropped and counted while the reader is
    /// stalled.
    private static let bufferLimit = 1 << 20

    private static let threadName = "log"

    /// Lines that wait to be written. The lock is held only while a line is added.
    private struct Buffer {
        var lines = LineBytes()
        var count = 0
        var dropped = 0
        /// Whether a flush is scheduled.
        var isFlushScheduled = false
    }

    /// The lock is held during a write, so that lines stay whole and in order.
    private struct Output {
        var dropped = 0
        /// Whether the last line is incomplete.
        var isIncomplete = false
    }

    private let fileDescriptor: Int32
    /// The size of one write; a file accepts any number of bytes.
    private let pieceLength: Int
    private let buffer = Mutex(Buffer())
    private let output = Mutex(Output())
    private let queue = DispatchQueue(label: LogWriter.threadName, qos: .utility)

    public init(fileDescriptor: Int32) {
        self.fileDescriptor = fileDescriptor
        var status = stat()
        let isFile = fstat(fileDescriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        pieceLength = isFile ? Self.bufferLimit : Self.pipePieceLength
    }

    /// Writes the line and a line end at once, after the buffered lines. The text must not hold a line end.
    public func write(_ line: String) {
        output.withLock { output in
            drain(&output)
            guard reportDropped(&output), put(line + "\n", &output) else {
                output.dropped += 1
                return
            }
        }
    }

    /// Buffers a line, which a separate thread writes a little later, together with those that follow.
    func enqueue(_ line: (inout LineBytes) -> Void) {
        let needsFlush = buffer.withLock { buffer in
            guard buffer.lines.count < Self.bufferLimit else {
                buffer.dropped += 1
                return false
            }
            line(&buffer.lines)
            buffer.lines += "\n"
            buffer.count += 1
            defer { buffer.isFlushScheduled = true }
            return !buffer.isFlushScheduled
        }
        guard needsFlush else { return }
        queue.asyncAfter(deadline: .now() + .milliseconds(Self.bufferingMilliseconds)) { [self] in flush() }
    }

    /// Writes the buffered lines.
    public func flush() {
        output.withLock { drain(&$0) }
    }

    private func drain(_ output: inout Output) {
        let (bytes, count) = buffer.withLock { buffer in
            buffer.isFlushScheduled = false
            output.dropped += buffer.dropped
            buffer.dropped = 0
            let count = buffer.count
            buffer.count = 0
            return (count > 0 ? buffer.lines.takeAll() : [], count)
        }
        guard count > 0 else { return }
        let isWritten = reportDropped(&output) && bytes.withUnsafeBytes { put($0, &output) }
        if !isWritten { output.dropped += count }
    }

    /// Reports dropped lines, if any. Returns false if the report could not be written.
    private func reportDropped(_ output: inout Output) -> Bool {
        guard output.dropped > 0 else { return true }
        let end = output.isIncomplete ? "\n" : ""
        guard put("\(end)… log reader stalled: \(output.dropped) lines dropped\n", &output) else {
            return false
        }
        output.dropped = 0
        return true
    }

    /// Returns whether all of the text was written.
    private func put(_ text: String, _ output: inout Output) -> Bool {
        var text = text
        return text.withUTF8 { put(UnsafeRawBufferPointer($0), &output) }
    }

    private func put(_ buffer: UnsafeRawBufferPointer, _ output: inout Output) -> Bool {
        var rest = buffer[...]
        let deadline = ContinuousClock.now + Self.writeLimit
        while !rest.isEmpty {
            guard isWritable(until: deadline) else { return false }
            let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(pieceLength))
            let written = Glibc.write(fileDescriptor, piece.baseAddress, piece.count)
            if written < 0, errno == EINTR || errno == EAGAIN { continue }
            guard written > 0 else { return false }
            rest = rest.dropFirst(written)
            output.isIncomplete = !rest.isEmpty
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

/// Without a reader a write must fail with an error instead of ending the program with a signal.
func ignoreBrokenPipes() {
    signal(SIGPIPE, SIG_IGN)
}
