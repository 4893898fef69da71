package import Domain
import PostgresDirectory
import Reactor
package import UseCases

/// How a command comes to the line: it is let in, and its records are found.
extension CommandEngine: CommandStore {
    package func submit(
        _ command: Command, actor: String, once: Once<Outcome>?
    ) async throws(ServiceFailure) -> Outcome {
        guard !isStopping, reception.enter() else {
            reception.tell(command, .failure(.systemBusy))
            throw .systemBusy
        }
        let submittedAt = ContinuousClock.now
        let outcome: Result<Outcome, ServiceFailure>
        do throws(ServiceFailure) {
            let records = try await records(of: command)
            outcome = await withCheckedContinuation { continuation in
                take(
                    PendingCommand(
                        command: command, actor: actor, once: once, records: records, submittedAt: submittedAt,
                        reply: .task(continuation)))
            }
        } catch {
            outcome = .failure(error)
        }
        reception.leave(command, outcome)
        return try outcome.get()
    }

    package nonisolated func submit(
        _ command: Command, actor: String, once: Once<Outcome>?, to mailbox: OutcomeMailbox, number: UInt64
    ) {
        guard reception.enter() else {
            reception.tell(command, .failure(.systemBusy))
            reception.deliver(.failure(.systemBusy), to: mailbox, number)
            return
        }
        let calls = reception.seat(
            AdmissionControl.BufferedCommand(
                command: command, actor: actor, once: once, submittedAt: .now,
                reply: .mailbox(mailbox, number: number, reception)))
        if calls { callForWelcome() }
    }

    private nonisolated func callForWelcome() {
        reactor.post { [weak self] in self?.assumeIsolated { $0.welcome() } }
    }

    /// Leads on those who came in since the last time.
    func welcome() {
        for guest in reception.takeAll() {
            if let order = guest.command.resolvedOrder {
                lookups.assumeIsolated { lookups in
                    lookups.look(for: order) { [self] found in assumeIsolated { $0.lead(guest, to: found) } }
                }
            } else if directory.hasIDs(guest.command.records) {
                take(guest.ticket(guest.command.records))
            } else {
                Task(executorPreference: reactor) { await self.look(for: guest) }
            }
        }
        beCalled()
    }

    /// Has the door call when it is worth while. While a lane is at work a command has nowhere to go, and the lane leads all
    /// on when it is done: to be woken for each would cost more than all else that is done for it here, and take a core
    /// from those whom the lane waits for.
    func beCalled() {
        let goesAtOnce = isStopping || hasRoomForOneMore
        let count = goesAtOnce ? 1 : max(settings.callCount, settings.joinCount - queue.count)
        if reception.call(at: count) { callForWelcome() }
    }

    /// Goes on with one who had to ask for the records of an order.
    private func lead(_ guest: AdmissionControl.BufferedCommand, to found: OrderLookups.Answer) {
        switch found {
        case .failure(let failure): guest.ticket([]).answer(.failure(failure))
        case .success(let ids):
            if let records = directory.knownReferences(of: ids) {
                take(guest.ticket(records))
            } else {
                Task(executorPreference: reactor) { await self.look(for: guest) }
            }
        }
    }

    /// The way of one whose records the directory does not know.
    private func look(for guest: AdmissionControl.BufferedCommand) async {
        do throws(ServiceFailure) {
            take(guest.ticket(try await records(of: guest.command)))
        } catch {
            guest.ticket([]).answer(.failure(error))
        }
    }

    /// The records that a command needs, each known by its id if it exists: those that it names, or those of its order's
    /// pending reservations, read without locks: the lane reads again under them.
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
            // What is remembered can be of a database that has gone back in time.
        }
        throw .internalFault(cause: "a reservation's record is not known")
    }

    /// Told by a lane of what it committed.
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
