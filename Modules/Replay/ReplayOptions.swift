/// The options of a replay.
public struct ReplayOptions: Equatable, Sendable {
    /// More would exceed the usual limit of open sockets per process.
    public static let concurrencies = 1...1024
    public static let defaultConcurrency = 32
    public static let defaultConfirmRatio = 0.9

    /// Paths of the four files.
    public var products: String
    public var warehouses: String
    public var stock: String
    public var orders: String
    /// The servers' base addresses without `/api/v1`, such as `http://127.0.0.1:8080`. Calls go to them in calls.
    public var urls: [String]
    /// An API key, sent as `Authorization: Bearer`; nil for servers with authentication switched off.
    public var key: String?
    /// Orders (and while loading, calls) in flight at once.
    public var concurrency: Int
    /// The share of reserved orders that is confirmed, 0 ... 1. The others are released. The choice depends on the
    /// order id alone, so every run makes the same one.
    public var confirmRatio: Double
    /// How many orders of the file are replayed; nil for all.
    public var limit: Int?

    /// - Throws: ``ReplayFailure`` with `badOption` for a value out of range or an invalid address.
    public init(
        products: String,
        warehouses: String,
        stock: String,
        orders: String,
        urls: [String],
        key: String? = nil,
        concurrency: Int = defaultConcurrency,
        confirmRatio: Double = defaultConfirmRatio,
        limit: Int? = nil
    ) throws(ReplayFailure) {
        guard !urls.isEmpty else { throw ReplayFailure(.badOption, "--url: at least one is needed") }
        for url in urls { try Self.checkAddress(url) }
        guard Self.concurrencies.contains(concurrency) else {
            throw ReplayFailure(
                .badOption,
                "--concurrency: \(concurrency) is not \(Self.concurrencies.lowerBound) ... \(Self.concurrencies.upperBound)"
            )
        }
        guard (0...1).contains(confirmRatio) else {
            throw ReplayFailure(.badOption, "--confirm-ratio: \(confirmRatio) is not 0 ... 1")
        }
        if let limit, limit < 1 { throw ReplayFailure(.badOption, "--limit: \(limit) is less than 1") }
        // A line break would end the header. The error never shows the key itself.
        if let key, key.isEmpty || !key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) {
            throw ReplayFailure(.badOption, "--key: must be visible ASCII characters")
        }
        self.products = products
        self.warehouses = warehouses
        self.stock = stock
        self.orders = orders
        self.urls = urls.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
        self.key = key
        self.concurrency = concurrency
        self.confirmRatio = confirmRatio
        self.limit = limit
    }

    private static func checkAddress(_ url: String) throws(ReplayFailure) {
        let schemes = ["http://", "https://"]
        guard let scheme = schemes.first(where: { url.lowercased().hasPrefix($0) }),
            url.utf8.count > scheme.utf8.count, url.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
            !url.contains(where: { "?#\"<>\\".contains($0) })
        else { throw ReplayFailure(.badOption, "--url: \(url) is not http://host:port or https://host:port") }
    }
}
