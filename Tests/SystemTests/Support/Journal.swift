import Synchronization
import Testing

/// The responses to all commands, for comparison with the database at the end: an acknowledged command must have
/// happened once, a refused one not at all, and one without a clear response at most once.
final class Journal: Sendable {
    enum Told: Sendable {
        case done, refused, unknown
    }

    private struct Order {
        let units: [Int]
        var reserve: Told
        var confirm: Told?
        var release: Told?
    }

    private struct Pages {
        /// Keyed by the reference of the ledger rows; a transfer writes two.
        var movements: [String: (told: Told, rows: Int)] = [:]
        var orders: [String: Order] = [:]
        var answers: [String: Int] = [:]
        var successes = 0
    }

    private let pages = Mutex(Pages())

    /// nil if no response came.
    static func told(_ answer: Answer?) -> Told {
        guard let answer else { return .unknown }
        if answer.isSuccess { return .done }
        // `system_busy` means that nothing was done; any other server error leaves the effect unknown.
        return answer.status < 500 || answer.code == "system_busy" ? .refused : .unknown
    }

    // MARK: Writing

    private func note(_ answer: Answer?, _ body: (inout Pages, Told) -> Void) -> Told {
        let told = Self.told(answer)
        let kind = answer.map { "\($0.status) \($0.isSuccess ? "" : $0.code ?? "without code")" } ?? "no answer"
        pages.withLock { pages in
            pages.answers[kind, default: 0] += 1
            if told == .done { pages.successes += 1 }
            body(&pages, told)
        }
        return told
    }

    @discardableResult
    func movement(_ reference: String, rows: Int, _ answer: Answer?) -> Told {
        note(answer) { $0.movements[reference] = ($1, rows) }
    }

    /// - Parameter units: the units of each item.
    @discardableResult
    func reserved(_ order: String, units: [Int], _ answer: Answer?) -> Told {
        note(answer) { $0.orders[order] = Order(units: units, reserve: $1) }
    }

    @discardableResult
    func confirmed(_ order: String, _ answer: Answer?) -> Told {
        note(answer) { $0.orders[order]?.confirm = $1 }
    }

    @discardableResult
    func released(_ order: String, _ answer: Answer?) -> Told {
        note(answer) { $0.orders[order]?.release = $1 }
    }

    // MARK: Reading

    var successes: Int { pages.withLock { $0.successes } }
    /// How often each kind of response came, by status and code.
    var answers: [String: Int] { pages.withLock { $0.answers } }

    /// Unexpected kinds of responses with status 500 and above; a missing response counts as one.
    func serverFaults(allowing allowed: Set<String> = []) -> [String] {
        answers.keys.filter { ($0.hasPrefix("5") || $0 == "no answer") && !allowed.contains($0) }
    }

    /// Compares with the ledger and the reservations.
    func check(_ stage: Stage) async throws {
        let pages = pages.withLock { $0 }
        var rows: [String: Int] = [:]
        for line in try await stage.lines(
            "SELECT reference || ' ' || count(*) FROM inventory_transactions WHERE reference <> '' GROUP BY reference")
        {
            let parts = line.split(separator: " ")
            rows[String(parts[0])] = Int(parts[1])
        }
        for (reference, movement) in pages.movements {
            let found = rows[reference] ?? 0
            let isTrue =
                switch movement.told {
                case .done: found == movement.rows
                case .refused: found == 0
                case .unknown: found == 0 || found == movement.rows
                }
            #expect(isTrue, "\(reference): told \(movement.told), \(found) of \(movement.rows) ledger rows")
        }
        for reference in rows.keys { #expect(pages.movements[reference] != nil, "unexpected reference \(reference)") }
        try await check(pages.orders, stage)
    }

    private func check(_ orders: [String: Order], _ stage: Stage) async throws {
        var found: [String: [(status: String, units: Int)]] = [:]
        for line in try await stage.lines("SELECT concat_ws(' ', order_id, status, quantity) FROM reservations") {
            let parts = line.split(separator: " ")
            found[String(parts[0]), default: []].append((String(parts[1]), Int(parts[2]) ?? -1))
        }
        for (id, order) in orders {
            let lines = found[id] ?? []
            let isWhole = lines.map(\.units).sorted() == order.units.sorted()
            let isTrue =
                switch order.reserve {
                case .done: isWhole
                case .refused: lines.isEmpty
                case .unknown: lines.isEmpty || isWhole
                }
            #expect(isTrue, "order \(id): reserve was told \(order.reserve), there is \(lines)")
            guard order.reserve == .done else { continue }
            check(order.confirm, "confirmed", lines.map(\.status), id)
            check(order.release, "released", lines.map(\.status), id)
        }
    }

    private func check(_ told: Told?, _ status: String, _ found: [String], _ id: String) {
        let count = found.count { $0 == status }
        let isTrue =
            switch told {
            case .done: count == found.count
            case .refused, nil: count == 0
            case .unknown: count == 0 || count == found.count
            }
        #expect(isTrue, "order \(id): \(status) was told \(String(describing: told)), there is \(found)")
    }
}
