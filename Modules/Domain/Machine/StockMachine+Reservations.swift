extension StockMachine {
    /// All items or none. Items of the same record count together; each becomes a reservation of its own.
    mutating func reserve(_ order: ReserveOrder, actor: String) throws(Interruption) -> Outcome {
        if order.items.count == 1 {
            try checkAvailable(order.items[0].quantity, of: order.items[0].record)
        } else {
            var requested: [RecordKey: Int64] = [:]
            for item in order.items {
                requested[item.record.key, default: 0] += item.quantity
            }
            for item in order.items {
                try checkAvailable(requested[item.record.key] ?? item.quantity, of: item.record)
            }
        }
        let expiresAt = now.adding(seconds: order.seconds)
        var ids: [ReservationID] = []
        ids.reserveCapacity(order.items.count)
        for item in order.items {
            guard let record = state.records[item.record.key] else { continue }
            write(.reserve, to: record, reservedChange: item.quantity, order: order.orderID, actor: actor)
            let reservation = Reservation(
                id: identifiers.next(Reservation.self, at: now),
                orderID: order.orderID,
                inventoryID: record.id,
                reference: item.record,
                quantity: item.quantity,
                expiresAt: expiresAt,
                createdAt: now
            )
            state.reservations[reservation.id] = reservation
            state.changes.createdReservations.append(reservation.id)
            state.changes.createdReservationSet.insert(reservation.id)
            state.orders[order.orderID, default: []].append(reservation.id)
            ids.append(reservation.id)
        }
        return .reserved(order: order.orderID, reservations: ids, expiresAt: expiresAt)
    }

    mutating func confirm(_ order: OrderID, actor: String) throws(Interruption) -> Outcome {
        let standing = try standing(of: order)
        guard case .pending(let pending) = standing else {
            switch standing {
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
        let standing = try standing(of: order)
        guard case .pending(let pending) = standing else {
            if case .confirmed = standing { throw .refused(.alreadyConfirmed(order)) }
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
        let standing = try standing(of: order)
        guard case .pending(let pending) = standing else {
            switch standing {
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

    /// Releases what is overdue on these records, as far as it has been loaded.
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
    /// - Returns: how many they were.
    mutating func expire(_ reservations: [Reservation], actor: String) -> Int {
        var count = 0
        for candidate in reservations {
            // The state now, not as loaded: an earlier command of this batch may have resolved or extended it.
            guard let reservation = state.reservations[candidate.id], reservation.isOverdue(at: now) else { continue }
            resolve(reservation, as: .released(at: now, .expired), .expire, actor: actor)
            count += 1
        }
        return count
    }

    /// Where an order as a whole stands.
    private enum Standing {
        case pending([Reservation])
        case confirmed
        case cancelled
        case expired
    }

    /// With nothing pending, the reservation that was resolved last speaks for the order (api.md, *Reservations*).
    private func standing(of order: OrderID) throws(Interruption) -> Standing {
        let reservations = (state.orders[order] ?? []).compactMap { state.reservations[$0] }
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
        guard let record = state.records[reservation.reference.key] else { return }
        write(
            kind,
            to: record,
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
        state.reservations[reservation.id] = reservation
        // One that this batch made is inserted in its final state instead.
        if !state.changes.createdReservationSet.contains(reservation.id) {
            state.changes.changedReservations.insert(reservation.id)
        }
    }
}

extension Reservation {
    /// What orders resolutions in time. Everything of a batch has one instant. An expiry is never the last of its
    /// instant: confirm and release take all that is pending, and what is made after them is not overdue yet. Else the
    /// younger one was last, which the time-ordered ids tell.
    fileprivate func resolution(or now: Instant) -> (Instant, Int, ReservationID) {
        if case .released(let at, .expired) = status { return (at, 0, id) }
        return (resolvedAt ?? now, 1, id)
    }
}
