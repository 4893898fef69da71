import Domain
import UseCases

/// The publish stage.
extension Lane {
    /// The most committed batches of one lane whose records are being published while the lane continues. A healthy cache
    /// is faster than the next batch; a stalled one must not pile up callers without an answer.
    private static let highestPublications = 4

    /// Publishes the records of a commit, then answers the callers. The lane does not wait for it.
    func publish(
        _ published: Published, thenAnswer decided: [(QueuedCommand, Result<Outcome, ServiceFailure>)]
    ) async {
        guard !published.records.isEmpty else {
            for (item, answer) in decided { item.payload.answer(answer) }
            return
        }
        await waitForPublications(below: Self.highestPublications)
        publications += 1
        Task(executorPreference: engine.reactor) { await self.endPublication(published, decided) }
    }

    private func endPublication(
        _ published: Published, _ decided: [(QueuedCommand, Result<Outcome, ServiceFailure>)]
    ) async {
        await cache.publish(published.records, created: published.created)
        for (item, answer) in decided { item.payload.answer(answer) }
        publications -= 1
        publicationEnd?.resume()
        publicationEnd = nil
    }

    func waitForPublications(below count: Int) async {
        while publications >= count {
            await withCheckedContinuation { publicationEnd = $0 }
        }
    }
}
