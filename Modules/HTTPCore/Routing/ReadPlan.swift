package import Domain
package import UseCases

/// What a request wants of the cache, once it has been read, and what is made of what the cache has.
///
/// Like a `CommandPlan` it is carried out on the event loop, without a task unless something is missing.
package struct ReadPlan: Sendable {
    package enum Step: Sendable {
        case answer(APIResponse)
        /// Not all was there: the database has to be asked, in a task.
        case load(@Sendable () async throws -> APIResponse)
    }

    package let question: CacheQuestion
    /// Whom to ask.
    package let reader: StockReader
    /// Goes on with what the cache had. To be called once.
    /// - Throws: what a handler may throw.
    package let proceed: @Sendable (CacheFinding) throws -> Step

    package init(
        question: CacheQuestion, reader: StockReader, proceed: @escaping @Sendable (CacheFinding) throws -> Step
    ) {
        self.question = question
        self.reader = reader
        self.proceed = proceed
    }
}

/// What the cache had for one question.
package struct CacheFinding {
    private let answers: any CacheAnswers
    private let question: Int

    package init(_ answers: any CacheAnswers, question: Int) {
        self.answers = answers
        self.question = question
    }

    /// See `CacheAnswers`.
    package var record: InventoryRecord? { answers.record(question) }
    /// See `CacheAnswers`.
    package var availability: [(any AvailabilityLines)?] { answers.availability(question) }
}
