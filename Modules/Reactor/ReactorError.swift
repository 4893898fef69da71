/// An error of a reactor or a blocking thread.
public enum ReactorError: Error, Sendable, Equatable {
    /// A system call failed with `errno`.
    case system(call: String, errno: CInt)
    /// The descriptor already has a watcher; it can have only one.
    case alreadyWatched(CInt)
    /// The thread has been shut down and accepts no more work.
    case shutDown
}
