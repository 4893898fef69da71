package import UseCases

/// What a request wants to read once it has been read itself: a question for the cache, and the answer to what is found.
///
/// Like a `CommandPlan` it runs on the event loop, without a task unless the cache lacks something.
package struct ReadPlan: Sendable {
    package enum Resolution: Sendable {
        case answer(APIResponse)
        /// The database has to be asked, in a task.
        case load(@Sendable () async throws -> APIResponse)
    }

    /// nil: only `run` can answer.
    package let question: CacheQuestion?
    /// Whom to ask.
    package let cache: any StockCache
    /// Goes on with what the cache had for the question of this number. To be called once.
    package let resolve: @Sendable (_ answers: any CacheAnswers, _ question: Int) -> Resolution
    /// Does it all in a task. Throws what a handler may throw.
    package let run: @Sendable () async throws -> APIResponse

    /// - Parameter render: the answer to what was read.
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
