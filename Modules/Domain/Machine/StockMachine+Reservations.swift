extension StockMachine {
    /// Reserves all items or none. Items of the same record are checked by their sum; each becomes its own reservation.
    mutating func reserve(_ order: ReserveOrder, actor: String) throws(Interruption) -> Outcome {
        let expiresAt = now.adding(seconds: order.seconds)
        if order.items.count == 1 {
            let item = order.items[0]
            let place = state.records.place(of: item.record.key)
            try checkAvailable(item.quantity, of: item.record, at: place)
            let ids = place.map { [hold(item, at: $0, of: order, until: expiresAt, actor: actor)] } ?? []
            return .reserved(order: order.orderID, reservations: ids, expiresAt: expiresAt)
        }
        let places = order.items.map { state.records.place(of: $0.record.key) }
        let requested = requested(by: order.items)
        for (index, item) in order.items.enumerated() {
            try checkAvailable(requested[index], of: item.record, at: places[index])
        }
        var ids: [ReservationID] = []
        ids.reserveCapacity(order.items.count)
        for (index, item) in order.items.enumerated() {
            guard let place = places[index] else { continue }
            ids.append(hold(item, at: place, of: order, until: expiresAt, actor: actor))
        }
        return .reserved(order: order.orderID, reservations: ids, expiresAt: expiresAt)
    }

    private mutating func hold(
        _ item: ReserveOrder.Item, at place: Int, of order: ReserveOrder, until expiresAt: Instant, actor: String
    ) -> ReservationID {
        write(.reserve, at: place, reservedChange: item.quantity, order: order.orderID, actor: actor)
        let id = identifiers.next(Reservation.self, at: now)
        state.changes.newReservations.append(
            Reservation(
                id: id,
                orderID: order.orderID,
                inventoryID: state.records[place: place].record.id,
                reference: item.record,
                quantity: item.quantity,
                expiresAt: expiresAt,
                createdAt: now
            ))
        return id
    }

    /// For each item, the units that all items together request of its record.
    private func requested(by items: [ReserveOrder.Item]) -> [Int64] {
        // For a few items, comparing each pair is faster than a dictionary.
        guard items.count > 8 else {
            return items.map { item in
                items.reduce(0) { $1.record.key == item.record.key ? $0 + $1.quantity : $0 }
            }
        }
        var requested = [RecordKey: Int64](minimumCapacity: items.count)
        for item in items { requested[item.record.key, default: 0] += item.quantity }
        return items.map { requested[$0.record.key] ?? $0.quantity }
    }

    mutating func confirm(_ order: OrderID, actor: String) throws(Interruption) -> Outcome {
        let orderState = try orderState(of: order)
        guard case .pending(let pending) = orderState else {
            switch orderState {
            case .confirmed: return .confirmed(order: order)
            case .cancelled: throw .refused(.alreadyReleased(order))
            case .pending, .expired: throw .refused(.reservationExpired(order))
            }
        }
        guard !pending.contains(where: { $0.isOverdue(at: now) }) else { throw .refused(.reservationExpired(order)) }
        for reservation in pending {
            resolve(
                reservation,
                as: .confirmed(at: now),
                .confirm,
                quantityChange: -reservation.quantity,
                actor: actor
            )
        }
        return .confirmed(order: order)
    }

    mutating func release(_ order: OrderID, actor: String) throws(Interruption) -> Outcome {
        let orderState = try orderState(of: order)
        guard case .pending(let pending) = orderState else {
            if case .confirmed = orderState { throw .refused(.alreadyConfirmed(order)) }
            return .released(order: order)
        }
        for reservation in pending {
            if reservation.isOverdue(at: now) {
                resolve(reservation, as: .released(at: now, .expired), .expire, actor: actor)
            } else {
                resolve(reservation, as: .released(at: now, .cancelled), .release, actor: actor)
            }
        }
        return .released(order: order)
    }

    mutating func extend(_ order: OrderID, seconds: Int64) throws(Interruption) -> Outcome {
        let orderState = try orderState(of: order)
        guard case .pending(let pending) = orderState else {
            switch orderState {
            case .confirmed: throw .refused(.alreadyConfirmed(order))
            case .cancelled: throw .refused(.alreadyReleased(order))
            case .pending, .expired: throw .refused(.reservationExpired(order))
            }
        }
        guard !pending.contains(where: { $0.isOverdue(at: now) }) else { throw .refused(.reservationExpired(order)) }
        let expiresAt = now.adding(seconds: seconds)
        for var reservation in pending {
            reservation.expiresAt = expiresAt
            replace(reservation)
        }
        return .extended(order: order, expiresAt: expiresAt)
    }

    /// Releases the overdue reservations of these records, as far as they have been loaded.
    mutating func expireRecords(_ records: [RecordReference], actor: String) throws(Interruption) -> Outcome {
        let unknown = records.map(\.key).filter { state.overdue[$0] == nil && state.records[$0] != nil }
        guard unknown.isEmpty else { throw .needsOverdue(unknown) }
        var count = 0
        var isComplete = true
        for record in records {
            guard let overdue = state.overdue[record.key] else { continue }
            count += expire(overdue.reservations, actor: actor)
            state.overdue[record.key]?.reservations = []
            isComplete = isComplete && overdue.isComplete
        }
        return .expired(count: count, isComplete: isComplete)
    }

    /// Releases those of the reservations that are still overdue.
    /// - Returns: the number released.
    mutating func expire(_ reservations: [Reservation], actor: String) -> Int {
        var count = 0
        for candidate in reservations {
            // The state now, not as loaded: an earlier command of this batch may have resolved or extended it.
            guard let reservation = state.reservation(candidate.id), reservation.isOverdue(at: now) else { continue }
            resolve(reservation, as: .released(at: now, .expired), .expire, actor: actor)
            count += 1
        }
        return count
    }

    /// The state of an order as a whole.
    private enum OrderState {
        case pending([Reservation])
        case confirmed
        case cancelled
        case expired
    }

    /// If no reservation of the order is pending, the one that was resolved last decides.
    private func orderState(of order: OrderID) throws(Interruption) -> OrderState {
        // A linear search of the new ones will do: a batch has few, and rarely names an order that it reserved itself.
        let reservations =
            (state.orders[order] ?? []).compactMap { state.reservations[$0] }
            + state.changes.newReservations.filter { $0.orderID == order }
        guard !reservations.isEmpty else { throw .refused(.unknownOrder(order)) }
        let pending = reservations.filter(\.isPending)
        guard pending.isEmpty else {
            let missing = pending.map(\.reference).filter { state.records[$0.key] == nil }
            guard missing.isEmpty else { throw .needsRecords(missing) }
            return .pending(pending)
        }
        let last = reservations.max { $0.resolution(or: now) < $1.resolution(or: now) }
        switch last?.status {
        case .confirmed: return .confirmed
        case .released(_, .cancelled): return .cancelled
        case .released(_, .expired), .pending, nil: return .expired
        }
    }

    private mutating func resolve(
        _ reservation: Reservation,
        as status: Reservation.Status,
        _ kind: LedgerEntry.Kind,
        quantityChange: Int64 = 0,
        actor: String
    ) {
        guard let place = state.records.place(of: reservation.reference.key) else { return }
        write(
            kind,
            at: place,
            quantityChange: quantityChange,
            reservedChange: -reservation.quantity,
            order: reservation.orderID,
            actor: actor
        )
        var resolved = reservation
        resolved.status = status
        replace(resolved)
    }

    private mutating func replace(_ reservation: Reservation) {
        // A reservation created by this batch is inserted in its final state, not updated.
        if let place = state.placeOfNew(reservation.id) {
            state.changes.newReservations[place] = reservation
        } else {
            state.reservations[reservation.id] = reservation
            state.changes.changedReservations.insert(reservation.id)
        }
    }
}

extension Reservation {
    /// The sort key for resolutions by time. All changes of a batch have the same instant, so ties need a rule. An
    /// expiry comes first: confirm and release resolve everything pending, and a reservation made after them is not
    /// overdue yet. Otherwise the newer reservation was resolved later, and ids are time-ordered.
    fileprivate func resolution(or now: Instant) -> (Instant, Int, ReservationID) {
        if case .released(let at, .expired) = status { return (at, 0, id) }
        return (resolvedAt ?? now, 1, id)
    }
}
