import Domain
import FoundationEssentials
import UseCases

/// Formats keys as a table or as JSON.
enum KeyLines {
    typealias Listed = (key: APIKey, state: APIKey.State)

    private struct Member: Encodable {
        enum CodingKeys: String, CodingKey {
            case name
            case scopes
            case state
            case createdAt = "created_at"
            case expiresAt = "expires_at"
            case revokedAt = "revoked_at"
        }

        let listed: Listed

        func encode(to encoder: any Encoder) throws {
            var members = encoder.container(keyedBy: CodingKeys.self)
            try members.encode(listed.key.name.description, forKey: .name)
            try members.encode(listed.key.scopes.map(\.rawValue).sorted(), forKey: .scopes)
            try members.encode(listed.state.rawValue, forKey: .state)
            try members.encode(time(listed.key.createdAt), forKey: .createdAt)
            // `encode` and not `encodeIfPresent`: the object has the member even if it is null.
            try members.encode(listed.key.expiresAt.map(time), forKey: .expiresAt)
            try members.encode(listed.key.revokedAt.map(time), forKey: .revokedAt)
        }
    }

    /// The lines of a table: a header, then one line per key.
    static func table(_ keys: [Listed]) -> [String] {
        let rows =
            [["NAME", "STATE", "SCOPES", "CREATED", "EXPIRES"]]
            + keys.map { key, state in
                [
                    key.name.description, state.rawValue, scopes(of: key), time(key.createdAt),
                    key.expiresAt.map(time) ?? "-",
                ]
            }
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
            var line = cells.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return line
        }
    }

    static func json(_ keys: [Listed]) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(keys.map(Member.init)), as: UTF8.self)
    }

    static func scopes(of key: APIKey) -> String {
        key.scopes.map(\.rawValue).sorted().joined(separator: ",")
    }

    /// RFC 3339 in UTC with milliseconds. Half a millisecond is added, because the formatter truncates.
    static func time(_ instant: Instant) -> String {
        Date(timeIntervalSince1970: (Double(instant.milliseconds) + 0.5) / 1_000)
            .formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }
}
