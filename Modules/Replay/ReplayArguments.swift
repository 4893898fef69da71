public import ArgumentParser
import Glibc

/// The options of `inventoryctl replay`, to be embedded in a command by `@OptionGroup`.
public struct ReplayArguments: ParsableArguments, Sendable {
    @Option(help: ArgumentHelp("CSV of sku,name,base_price,description.", valueName: "file"))
    public var products: String

    @Option(help: ArgumentHelp("CSV of code,name.", valueName: "file"))
    public var warehouses: String

    @Option(
        help: ArgumentHelp(
            "CSV of sku,warehouse_code,quantity_on_hand,reorder_point,reorder_quantity.",
            valueName: "file"
        )
    )
    public var stock: String

    @Option(
        help: ArgumentHelp(
            "CSV of order_id,warehouse_code,sku,quantity,at; the rows of one order lie together.",
            valueName: "file"
        )
    )
    public var orders: String

    @Option(help: ArgumentHelp("A server's address, such as http://127.0.0.1:8080; may be repeated.", valueName: "url"))
    public var url: [String] = []

    @Option(help: "An API key that may write catalogue, stock and reservations.")
    public var key: String?

    @Option(help: "Orders in flight at once, 1 ... 1024.")
    public var concurrency: Int = ReplayOptions.defaultConcurrency

    @Option(help: "The share of reserved orders that is confirmed, 0 ... 1; the others are released.")
    public var confirmRatio: Double = ReplayOptions.defaultConfirmRatio

    @Option(help: "Replay only the first so many orders.")
    public var limit: Int?

    @Flag(help: "Print the report as one JSON object.")
    public var json = false

    public init() {}

    /// - Throws: ``ReplayFailure`` with `badOption`.
    public func options() throws(ReplayFailure) -> ReplayOptions {
        try ReplayOptions(
            products: products,
            warehouses: warehouses,
            stock: stock,
            orders: orders,
            urls: url,
            key: key,
            concurrency: concurrency,
            confirmRatio: confirmRatio,
            limit: limit
        )
    }

    /// Replays with progress on standard error and prints the report on standard output.
    /// - Throws: `ExitCode`: a ``ReplayFailure``'s, after its line on standard error, or 1 for a report that is not clean.
    public func run() async throws {
        let report: ReplayReport
        do {
            report = try await ReplayRun(options(), progress: .standardError).run()
        } catch let failure as ReplayFailure {
            var line = "error: \(failure)\n"
            line.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
            throw ExitCode(failure.exitCode)
        }
        print(json ? report.json : report.text)
        if report.exitCode != 0 { throw ExitCode(report.exitCode) }
    }
}
