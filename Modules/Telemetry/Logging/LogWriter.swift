internal import Synchronization

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// Writes whole lines to one file descriptor, one after another.
///
/// A reader that has stalled must not stall the program: a line that cannot be written within `patienceMilliseconds` is dropped
/// and counted, and the next line that can be written tells how many were lost.
public final class LogWriter: Sendable {
    /// Writes to standard error.
    public static let standardError = LogWriter(fileDescriptor: STDERR_FILENO)

    // A pipe takes this much at once or not at all (POSIX allows no less than 512; Linux has 4096), so after `poll` says
    // that it is writable a piece of this size does not block.
    private static let pieceLength = 4_096
    // Long enough for a reader that merely lost its processor, short enough for a request to bear.
    private static let patienceMilliseconds: Int32 = 50

    private let fileDescriptor: Int32
    private let dropped = Mutex(0)

    public init(fileDescriptor: Int32) {
        self.fileDescriptor = fileDescriptor
    }

    /// Writes the line and a line end. The text holds no line end of its own.
    public func write(_ line: String) {
        dropped.withLock { dropped in
            if dropped > 0 {
                guard put("… \(dropped) log lines were dropped because nobody read them\n") else {
                    dropped += 1
                    return
                }
                dropped = 0
            }
            if !put(line + "\n") { dropped += 1 }
        }
    }

    /// Whether all of the text was written.
    private func put(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { buffer in
            var rest = UnsafeRawBufferPointer(buffer)[...]
            while !rest.isEmpty {
                guard isWritable() else { return false }
                let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(Self.pieceLength))
                #if canImport(Glibc)
                let written = Glibc.write(fileDescriptor, piece.baseAddress, piece.count)
                #elseif canImport(Musl)
                let written = Musl.write(fileDescriptor, piece.baseAddress, piece.count)
                #else
                let written = Darwin.write(fileDescriptor, piece.baseAddress, piece.count)
                #endif
                if written < 0, errno == EINTR || errno == EAGAIN { continue }
                guard written > 0 else { return false }
                rest = rest.dropFirst(written)
            }
            return true
        }
    }

    private func isWritable() -> Bool {
        var descriptor = pollfd(fd: fileDescriptor, events: Int16(POLLOUT), revents: 0)
        while true {
            let count = poll(&descriptor, 1, Self.patienceMilliseconds)
            if count < 0, errno == EINTR { continue }
            return count > 0 && descriptor.revents & Int16(POLLOUT) != 0
        }
    }
}

/// A reader that went away must end a write with an error, not the program with a signal.
func ignoreBrokenPipes() {
    signal(SIGPIPE, SIG_IGN)
}
