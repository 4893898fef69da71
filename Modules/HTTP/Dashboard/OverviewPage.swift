import Dashboard
import Domain
import HTTPTypes
import UseCases

/// What a buyer looks at in the morning.
struct OverviewPage: Sendable {
    /// Low records that are listed; the tile says how many there are.
    private static let lineLimit = 25
    private static let moverDays = 7
    private static let moverLimit = 10
    private static let movementDays = 30

    /// All that the page shows, for whoever may read it.
    struct Figures: Sendable {
        let summary: StockSummary
        let low: Page<LowStockLine>
        let procurement: [InventoryID: ProcurementState]
        let movers: [ReportFigures.Mover]?
        let movements: [ReportFigures.Movement]?
    }

    let house: PageRenderer
    let queries: any DashboardQueries
    let reader: StockReader
    let reports: any StockReports
    let figures: ReportFigures
    let currency: String
    let latencies: @Sendable () -> ServiceLatencies
    private let shared = LiveReads<Figures>()

    init(
        house: PageRenderer, queries: any DashboardQueries, reader: StockReader, reports: any StockReports,
        figures: ReportFigures, currency: String, latencies: @escaping @Sendable () -> ServiceLatencies
    ) {
        self.house = house
        self.queries = queries
        self.reader = reader
        self.reports = reports
        self.figures = figures
        self.currency = currency
        self.latencies = latencies
    }

    var endpoints: [Endpoint] {
        [house.page("/", "The overview", page)]
    }

    @Sendable private func page(
        _ request: APIRequest, _ visitor: PageRenderer.Visitor
    ) async throws -> PageRenderer.Page {
        let current = house.feed.current
        let figures = try await shared.value(for: request.liveChange, current: current) { try await read() }
        var values: [String: Any] = [
            "tiles": OverviewTiles.tiles(figures.summary, currency: currency),
            "speeds": OverviewTiles.speeds(latencies()),
        ]
        if !figures.low.items.isEmpty { values["low"] = low(figures, visitor.principal) }
        values["hasMovers"] = figures.movers != nil
        values["hasMovements"] = figures.movements != nil
        if let movers = figures.movers, !movers.isEmpty {
            values["movers"] = ["lines": movers.map(Self.mover)] as [String: Any]
        }
        if let movements = figures.movements, let chart = MovementValues.chart(movements) {
            values["movements"] = chart
        }
        return PageRenderer.Page(name: .overview, title: "Overview", place: .overview, values: values)
    }

    private func read() async throws -> Figures {
        // One after the other: they share a pipelined connection, and the first page waits for the slowest anyhow.
        async let summary = reports.summary()
        async let movers = figures.topMovers(days: Self.moverDays, limit: Self.moverLimit)
        async let movements = figures.movements(days: Self.movementDays)
        let low = try await reader.lowStock(warehouse: nil, page: PageRequest(limit: Self.lineLimit))
        let procurement = try await queries.procurement(of: low.items.map(\.inventoryID))
        return Figures(
            summary: try await summary, low: low, procurement: procurement, movers: try await movers,
            movements: try await movements)
    }

    // MARK: Lines

    private func low(_ figures: Figures, _ principal: Principal) -> [String: Any] {
        let mayDecide = principal.allows(.procurementWrite)
        var values: [String: Any] = [
            "lines": figures.low.items.map { line in
                self.line(line, figures.procurement[line.inventoryID], mayDecide: mayDecide)
            }
        ]
        if figures.low.next != nil {
            values["more"] =
                "The \(Self.lineLimit) lowest of \(Dashboard.Figures.grouped(figures.summary.lowStockCount))."
        }
        return values
    }

    private func line(_ line: LowStockLine, _ state: ProcurementState?, mayDecide: Bool) -> [String: Any] {
        var values: [String: Any] = [
            "id": line.inventoryID.description, "sku": line.sku.description, "name": line.productName,
            "href": PageFormatting.link(PageFormatting.product(line.sku), [("warehouse", line.warehouseCode.description)]),
            "warehouse": line.warehouseName, "code": line.warehouseCode.description,
            "available": Dashboard.Figures.grouped(line.quantityAvailable),
            "point": Dashboard.Figures.grouped(line.reorderPoint),
            "tone": PageFormatting.tone(available: line.quantityAvailable, isLow: true) ?? "",
        ]
        guard let state else { return values }
        values["alert"] = state.alert.description
        values["acknowledgeable"] = mayDecide && state.alertStatus == .open
        if state.alertStatus == .acknowledged { values["acknowledged"] = state.acknowledgedBy ?? "somebody" }
        guard let suggestion = state.suggestion else { return values }
        values["suggestion"] = suggestion.id.description
        values["quantity"] = Dashboard.Figures.grouped(suggestion.quantity)
        values["value"] = "\(PageFormatting.value(suggestion.quantity, suggestion.unitPrice)) \(currency)"
        values["decidable"] = mayDecide && suggestion.status == .open
        if suggestion.status != .open {
            values["decision"] = suggestion.status.rawValue.capitalizedFirst
            values["decisionTone"] = suggestion.status == .accepted ? "good" : ""
        }
        return values
    }

    private static func mover(_ mover: ReportFigures.Mover) -> [String: Any] {
        [
            "sku": mover.sku, "name": mover.name, "href": PageFormatting.product(mover.sku),
            "count": Dashboard.Figures.grouped(mover.count), "units": Dashboard.Figures.grouped(mover.unitsOut),
        ]
    }
}

extension String {
    /// A word as a label begins.
    var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
