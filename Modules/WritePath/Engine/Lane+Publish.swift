import Domain
import UseCases

/// The fifth stage.
extension Lane {
    /// Batches of one lane that are committed and whose states are on their way to the cache: the lane goes on meanwhile.
    /// A healthy cache takes less time than the next batch; one that stalls must not pile up callers without an answer.
    private static let highestPublications = 4

    /// Publishes what a commit made, and answers those who wait for it when that is done, without keeping the lane.
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
