import FoundationEssentials

/// The members of a problem document that the replay looks at.
private struct Problem: Decodable {
    var code: String?
    var detail: String?
}

/// The members of an inventory record that decide whether it had stock before.
struct RecordAnswer: Decodable, Equatable {
    var quantityOnHand: Int
    var version: Int

    enum CodingKeys: String, CodingKey {
        case quantityOnHand = "quantity_on_hand"
        case version
    }

    /// No unit has ever come in or gone out. Version 0 has no ledger row at all. At version 1 with nothing on hand the
    /// one row can only be a changed policy, for a first movement of units always brings some in.
    var isUntouched: Bool { version == 0 || (version == 1 && quantityOnHand == 0) }
}

private struct ReservationsAnswer: Decodable {
    struct Reservation: Decodable {}
    var reservations: [Reservation]
}

extension ReplayAnswer {
    /// The problem's `code`, nil where there is none.
    var code: String? {
        guard status >= 400, !body.isEmpty else { return nil }
        return decoded(Problem.self)?.code
    }

    /// One line for a report: `422 validation_failed: …`.
    var summary: String {
        let problem = decoded(Problem.self)
        let words = [problem?.code, problem?.detail].compactMap(\.self)
        let text = words.isEmpty ? "\(status)" : "\(status) \(words.joined(separator: ": "))"
        return String(text.prefix(Self.maximumSummaryCharacters).map { $0.isNewline ? " " : $0 })
    }

    private static let maximumSummaryCharacters = 300

    var record: RecordAnswer? { decoded(RecordAnswer.self) }

    /// How many reservations an answer of `GET /reservations/{order_id}` lists.
    var reservationCount: Int? { decoded(ReservationsAnswer.self)?.reservations.count }

    private func decoded<T: Decodable>(_ type: T.Type) -> T? {
        try? JSONDecoder().decode(type, from: Data(body))
    }
}
