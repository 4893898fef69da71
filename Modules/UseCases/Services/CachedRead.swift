/// A read that the cache may answer.
///
/// A caller with a task calls `run`. An event loop, which must not wait, asks the cache the `question` together with
/// those of other requests, passes the answers to `resolve`, and needs a task only for what the cache does not have.
public struct CachedRead<Value: Sendable>: Sendable {
    /// The result of the cache lookup.
    public enum Resolution: Sendable {
        case found(Value)
        /// The cache does not have all of it; the rest comes from the database.
        case missing(@Sendable () async throws(ServiceFailure) -> Value)
    }

    /// What to look up in the cache; nil if that cannot be known without waiting, or the cache is not connected.
    public let question: CacheQuestion?
    /// The cache to ask.
    public let cache: any StockCache
    @usableFromInline let resolution: @Sendable (_ answers: any CacheAnswers, _ question: Int) -> Resolution
    @usableFromInline let read: @Sendable () async throws(ServiceFailure) -> Value

    /// - Parameters:
    ///   - resolve: makes the result from the cache's answers to the question with this number. Called at most once.
    ///   - read: reads the value from the cache and the database.
    @inlinable
    public init(
        question: CacheQuestion?,
        of cache: any StockCache,
        resolve: @escaping @Sendable (_ answers: any CacheAnswers, _ question: Int) -> Resolution,
        read: @escaping @Sendable () async throws(ServiceFailure) -> Value
    ) {
        self.question = question
        self.cache = cache
        resolution = resolve
        self.read = read
    }

    /// Call it once, with the answers to `question`.
    /// - Parameter question: its number among the questions that were asked together.
    @inlinable
    public func resolve(_ answers: any CacheAnswers, question: Int) -> Resolution {
        resolution(answers, question)
    }

    /// - Throws: the errors that `StockReader`'s method documents.
    @inlinable
    public func run() async throws(ServiceFailure) -> Value { try await read() }
}
