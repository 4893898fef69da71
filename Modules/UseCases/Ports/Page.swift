/// Which part of a list is wanted.
public struct PageRequest: Hashable, Sendable {
    /// 1 ... 500 for API callers; internal readers may use more.
    public let limit: Int
    /// Where the previous page ended; nil for the first.
    public let cursor: Cursor?

    public init(limit: Int, cursor: Cursor? = nil) {
        self.limit = limit
        self.cursor = cursor
    }
}

/// The sort key of a page's last row. Opaque: only the list that made it reads the values.
public struct Cursor: Hashable, Sendable {
    public let values: [String]

    public init(_ values: [String]) {
        self.values = values
    }
}

/// One page of a list.
public struct Page<Item: Sendable>: Sendable {
    public let items: [Item]
    /// nil for the last page.
    public let next: Cursor?

    public init(items: [Item], next: Cursor?) {
        self.items = items
        self.next = next
    }

    /// Makes a page from rows that were read with one row more than the limit, which tells whether more follow.
    public init(rows: [Item], limit: Int, cursor: (Item) -> Cursor) {
        items = Array(rows.prefix(limit))
        next = rows.count > limit ? items.last.map(cursor) : nil
    }
}
