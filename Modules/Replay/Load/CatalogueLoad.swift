import CSV

/// Creates the products and warehouses that do not exist yet. Existing ones stay unchanged.
struct CatalogueLoad: Sendable {
    let client: ReplayClient
    let concurrency: Int
    let stop: ReplayStop
    let progress: ReplayProgress

    func warehouses(_ path: String) async throws {
        let file = try CSVFile<WarehouseRow>(path: path)
        try await forEachInFlight(concurrency, stop: stop, next: file.next) { row in
            try await make(.warehouse(row), \.warehousesCreated, \.warehousesPresent, file: path, row: row.number)
        }
    }

    func products(_ path: String) async throws {
        let file = try CSVFile<ProductRow>(path: path)
        try await forEachInFlight(concurrency, stop: stop, next: file.next) { row in
            try await make(.product(row), \.productsCreated, \.productsPresent, file: path, row: row.number)
        }
    }

    /// Safe to repeat: the second call is answered `already_exists`.
    private func make(
        _ request: ReplayRequest,
        _ created: WritableKeyPath<ReplayCounts, Int>,
        _ present: WritableKeyPath<ReplayCounts, Int>,
        file: String,
        row: Int
    ) async throws {
        let answer = try await client.repeating(request)
        if answer.isSuccess {
            client.tally.count { $0[keyPath: created] += 1 }
        } else if answer.status == 409, answer.code == "already_exists" {
            client.tally.count { $0[keyPath: present] += 1 }
        } else {
            throw ReplayFailure(.refused, "\(file): row \(row): \(request.path): \(answer.summary)")
        }
        progress.advance()
    }
}
