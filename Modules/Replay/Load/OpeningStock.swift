import CSV

/// Creates the inventory records and receives their opening quantities, each exactly once, even if a load is
/// interrupted, repeated, or loses a response.
///
/// A record is filled only if no unit has ever moved in it, and the receive carries the version read before as
/// `expected_version`. So a repeated receive changes nothing: the server refuses the whole call, and the records are
/// read again.
struct OpeningStock: Sendable {
    /// Records per receive call. The API allows 1,000; fewer keep more tasks busy and lock fewer records at once.
    static let recordsPerCall = 200
    /// Conflicts after which a call is given up. One is normal after a lost response; more mean that another client is
    /// writing.
    static let maximumRounds = 5

    private struct Slice: Sendable { var rows: [StockRow] }

    let client: ReplayClient
    let concurrency: Int
    let stop: ReplayStop
    let progress: ReplayProgress

    func load(_ path: String) async throws {
        let file = try CSVFile<StockRow>(path: path)
        try await forEachInFlight(concurrency, stop: stop) {
            var rows: [StockRow] = []
            while rows.count < Self.recordsPerCall, let row = try file.next() { rows.append(row) }
            return rows.isEmpty ? nil : Slice(rows: rows)
        } body: { slice in
            try await load(slice.rows, file: path)
        }
    }

    private func load(_ rows: [StockRow], file: String) async throws {
        var pending: [StockRow] = rows
        for round in 1...Self.maximumRounds {
            var untouched: [(row: StockRow, version: Int)] = []
            for row in pending {
                let record = try await put(row, file: file, isFirstRound: round == 1)
                if record.isUntouched {
                    untouched.append((row, record.version))
                } else {
                    client.tally.count { $0.stockPresent += 1 }
                }
            }
            let empty = untouched.filter { $0.row.quantityOnHand == 0 }.count
            untouched.removeAll { $0.row.quantityOnHand == 0 }
            client.tally.count { $0.stockEmpty += empty }
            if untouched.isEmpty { return }
            if try await receive(untouched, file: file) { return }
            pending = untouched.map(\.row)
        }
        throw ReplayFailure(
            .refused,
            "\(file): row \(pending[0].number): the stock of \(pending[0].sku) or a record near it keeps changing"
        )
    }

    private func put(_ row: StockRow, file: String, isFirstRound: Bool) async throws -> RecordAnswer {
        let request = try ReplayRequest.policy(row)
        let answer = try await client.repeating(request)
        guard answer.isSuccess, let record = answer.record else {
            throw ReplayFailure(.refused, "\(file): row \(row.number): \(request.path): \(answer.summary)")
        }
        if isFirstRound {
            if answer.status == 201 { client.tally.count { $0.recordsCreated += 1 } }
            progress.advance()
        }
        return record
    }

    /// Returns false if one of the records has changed since it was read; then nothing was received.
    private func receive(_ entries: [(row: StockRow, version: Int)], file: String) async throws -> Bool {
        let request = try ReplayRequest.openingStock(entries)
        let answer = try await client.repeating(request)
        if answer.status == 409, answer.code == "concurrency_conflict" { return false }
        guard answer.isSuccess else {
            throw ReplayFailure(
                .refused,
                "\(file): rows from \(entries[0].row.number): \(request.path): \(answer.summary)"
            )
        }
        let units = entries.reduce(0) { $0 + $1.row.quantityOnHand }
        client.tally.count {
            $0.stockReceived += entries.count
            $0.unitsReceived += units
        }
        return true
    }
}
