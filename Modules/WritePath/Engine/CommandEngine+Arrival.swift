package import Domain
import PostgresDirectory
import Reactor
package import UseCases

/// How a command reaches the queue: it is admitted, and its records are looked up.
extension CommandEngine: CommandStore {
    package func submit(
        _ command: Command, actor: String, once: Once<Outcome>?
    ) async throws(ServiceFailure) -> Outcome {
        guard !isStopping, admission.admit() else {
            admission.record(command, .failure(.systemBusy))
            throw .systemBusy
        }
        let submittedAt = ContinuousClock.now
        let outcome: Result<Outcome, ServiceFailure>
        do throws(ServiceFailure) {
            let records = try await records(of: command)
            outcome = await withCheckedContinuation { continuation in
                enqueue(
                    PendingCommand(
                        command: command, actor: actor, once: once, records: records, submittedAt: submittedAt,
                        reply: .task(continuation)))
            }
        } catch {
            outcome = .failure(error)
        }
        admission.finish(command, outcome)
        return try outcome.get()
    }

    package nonisolated func submit(
        _ command: Command, actor: String, once: Once<Outcome>?, to mailbox: OutcomeMailbox, number: UInt64
    ) {
        guard admission.admit() else {
            admission.record(command, .failure(.systemBusy))
            admission.deliver(.failure(.systemBusy), to: mailbox, number)
            return
        }
        let shouldWake = admission.append(
            AdmissionControl.BufferedCommand(
                command: command, actor: actor, once: once, submittedAt: .now,
                reply: .mailbox(mailbox, number: number, admission)))
        if shouldWake { scheduleDrain() }
    }

    private nonisolated func scheduleDrain() {
        reactor.post { [weak self] in self?.assumeIsolated { $0.drainBuffer() } }
    }

    /// Enqueues all buffered commands, once their records are known.
    func drainBuffer() {
        for buffered in admission.takeAll() {
            if let order = buffered.command.resolvedOrder {
                lookups.assumeIsolated { lookups in
                    lookups.find(order) { [self] found in assumeIsolated { $0.enqueue(buffered, with: found) } }
                }
            } else if directory.hasIDs(buffered.command.records) {
                enqueue(buffered.pending(buffered.command.records))
            } else {
                Task(executorPreference: reactor) { await self.lookUpRecords(of: buffered) }
            }
        }
        updateWakeThreshold()
    }

    /// Sets how many buffered commands wake the engine: one if a lane would start at once, else enough for another lane.
    ///
    /// A busy lane drains the buffer when its batch is done. A wake-up for each command would cost more than the rest of
    /// its admission, and take processor time from the database that the lane waits for.
    func updateWakeThreshold() {
        let startsAtOnce = isStopping || shouldStartLaneForOne
        let count = startsAtOnce ? 1 : max(settings.wakeThreshold, settings.joinCount - queue.count)
        if admission.setWakeThreshold(count) { scheduleDrain() }
    }

    /// Enqueues a command whose order has been looked up.
    private func enqueue(_ buffered: AdmissionControl.BufferedCommand, with found: OrderLookups.Answer) {
        switch found {
        case .failure(let failure): buffered.pending([]).answer(.failure(failure))
        case .success(let ids):
            if let records = directory.knownReferences(of: ids) {
                enqueue(buffered.pending(records))
            } else {
                Task(executorPreference: reactor) { await self.lookUpRecords(of: buffered) }
            }
        }
    }

    /// Looks up records that the directory does not know, then enqueues the command.
    private func lookUpRecords(of buffered: AdmissionControl.BufferedCommand) async {
        do throws(ServiceFailure) {
            enqueue(buffered.pending(try await records(of: buffered.command)))
        } catch {
            buffered.pending([]).answer(.failure(error))
        }
    }

    /// The records that a command needs: those that it names, or those of its order's pending reservations. The directory
    /// knows the id of each that exists. The read takes no locks; the lane reads again under its own.
    /// - Throws: `.refused(.unknownOrder)` when the order has no reservation at all.
    private func records(of command: Command) async throws(ServiceFailure) -> [RecordReference] {
        guard let order = command.resolvedOrder else {
            let records = command.records
            if !directory.hasIDs(records) { try await directory.locate(records) }
            return records
        }
        for isRemembered in [true, false] {
            if !isRemembered { await lookups.forget(order) }
            let ids = try await lookups.records(of: order)
            let references = try await directory.references(of: ids)
            if references.count == ids.count { return ids.compactMap { references[$0] } }
            // The remembered ids can predate a failover that lost commits: forget them and ask the database.
        }
        throw .internalFault(cause: "a reservation's record is not known")
    }

    /// Remembers the orders that a lane has just committed.
    func learn(_ decided: [(QueuedCommand, Result<Outcome, StockRefusal>)]) {
        lookups.assumeIsolated { lookups in
            for case (let item, .success) in decided {
                guard case .reserve(let order) = item.payload.command else { continue }
                let ids = order.items.compactMap { directory.knownID($0.record.key) }
                if ids.count == order.items.count { lookups.learn(order.orderID, ids) }
            }
        }
    }
}
