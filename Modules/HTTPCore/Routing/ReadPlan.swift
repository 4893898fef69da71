package import UseCases

/// A read that a request has been turned into: a question for the cache, and the response to its result.
///
/// Like a `CommandPlan`, it runs on the event loop and needs a task only when the cache lacks an entry.
package struct ReadPlan: Sendable {
    package enum Resolution: Sendable {
        case answer(APIResponse)
        /// The database must be read, in a task.
        case load(@Sendable () async throws -> APIResponse)
    }

    /// nil when only `run` can respond.
    package let question: CacheQuestion?
    /// The cache that takes the question.
    package let cache: any StockCache
    /// Continues with the cache's answers to the question of this number. Call it once.
    package let resolve: @Sendable (_ answers: any CacheAnswers, _ question: Int) -> Resolution
    /// Reads and renders in the current task. Throws what a handler may throw.
    package let run: @Sendable () async throws -> APIResponse

    /// - Parameter render: the response for the value.
    @inlinable
    package init<Value>(_ read: CachedRead<Value>, render: @escaping @Sendable (Value) -> APIResponse) {
        question = read.question
        cache = read.cache
        resolve = { answers, question in
            switch read.resolve(answers, question: question) {
            case .found(let value): .answer(render(value))
            case .missing(let load): .load { render(try await load()) }
            }
        }
        run = { render(try await read.run()) }
    }
}
