/// Which part of a list is wanted.
public struct PageRequest: Hashable, Sendable {
    /// 1 ... 500 of what callers ask for; more where the program itself reads on.
    public let limit: Int
    /// Where the page before this one ended; nil for the first.
    public let cursor: Cursor?

    public init(limit: Int, cursor: Cursor? = nil) {
        self.limit = limit
        self.cursor = cursor
    }
}

/// The sort key of a page's last row. A list's own affair: nobody else reads the values.
public struct Cursor: Hashable, Sendable {
    public let values: [String]

    public init(_ values: [String]) {
        self.values = values
    }
}

/// One page of a list.
public struct Page<Item: Sendable>: Sendable {
    public let items: [Item]
    /// nil when nothing follows.
    public let next: Cursor?

    public init(items: [Item], next: Cursor?) {
        self.items = items
        self.next = next
    }

    /// The page of rows that were read with one row more than the limit, which tells whether anything follows.
    public init(rows: [Item], limit: Int, cursor: (Item) -> Cursor) {
        items = Array(rows.prefix(limit))
        next = rows.count > limit ? items.last.map(cursor) : nil
    }
}
