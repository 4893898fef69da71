/// What can go wrong in a reactor or a blocking thread.
public enum ReactorError: Error, Sendable, Equatable {
    /// A system call failed; `errno` says why.
    case system(call: String, errno: CInt)
    /// The descriptor has a watcher already: one watcher a descriptor.
    case alreadyWatched(CInt)
    /// The thread has been shut down and takes no more work.
    case shutDown
}
