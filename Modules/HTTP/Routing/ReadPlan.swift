import Domain
import UseCases

/// What a request wants of the cache, once it has been read, and what is made of what the cache has.
///
/// Like a `CommandPlan` it is carried out on the event loop, without a task unless something is missing.
struct ReadPlan: Sendable {
    enum Step: Sendable {
        case answer(APIResponse)
        /// Not all was there: the database has to be asked, in a task.
        case load(@Sendable () async throws -> APIResponse)
    }

    let question: CacheQuestion
    /// Whom to ask.
    let reader: StockReader
    /// Goes on with what the cache had. To be called once.
    /// - Throws: what a handler may throw.
    let proceed: @Sendable (CacheFinding) throws -> Step
}

/// What the cache had for one question.
struct CacheFinding {
    private let answers: any CacheAnswers
    private let question: Int

    init(_ answers: any CacheAnswers, question: Int) {
        self.answers = answers
        self.question = question
    }

    /// See `CacheAnswers`.
    var record: InventoryRecord? { answers.record(question) }
    /// See `CacheAnswers`.
    var availability: [(any AvailabilityLines)?] { answers.availability(question) }
}
