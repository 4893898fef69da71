import Dashboard
import Domain
import HTTPCore
import HTTPTypes
import UseCases

/// The start page: key figures, low stock, top movers and recent movements.
struct OverviewPage: Sendable {
    /// The most low records listed; a tile shows their total number.
    private static let lineLimit = 25
    private static let moverDays: Int64 = 7
    private static let moverLimit = 10
    private static let movementDays: Int64 = 30

    /// Everything that the page shows, the same for every user.
    struct Figures: Sendable {
        let summary: StockSummary
        let low: Page<LowStockLine>
        let procurement: [InventoryID: ProcurementState]
        let movers: [TopMover]
        let movements: [MovementLine]
    }

    let renderer: PageRenderer
    let queries: any DashboardQueries
    let reader: StockReader
    let reports: any StockReports
    let currency: String
    let latencies: @Sendable () -> ServiceLatencies
    private let shared = CoalescedReads<Figures>()

    init(
        renderer: PageRenderer, queries: any DashboardQueries, reader: StockReader, reports: any StockReports,
        currency: String, latencies: @escaping @Sendable () -> ServiceLatencies
    ) {
        self.renderer = renderer
        self.queries = queries
        self.reader = reader
        self.reports = reports
        self.currency = currency
        self.latencies = latencies
    }

    var endpoints: [Endpoint] {
        [renderer.page("/", "The overview", page)]
    }

    @Sendable private func page(
        _ request: APIRequest, _ viewer: PageRenderer.Viewer
    ) async throws -> PageRenderer.Page {
        let current = renderer.feed.current
        let figures = try await shared.value(for: request.liveChange, current: current) { try await read() }
        var values: [String: Any] = [
            "tiles": OverviewTiles.tiles(figures.summary, currency: currency),
            "speeds": OverviewTiles.latencyTiles(latencies()),
        ]
        if !figures.low.items.isEmpty { values["low"] = low(figures, viewer.principal) }
        if !figures.movers.isEmpty {
            values["movers"] = ["lines": figures.movers.map(Self.mover)] as [String: Any]
        }
        if let chart = MovementValues.chart(figures.movements) { values["movements"] = chart }
        return PageRenderer.Page(name: .overview, title: "Overview", section: .overview, values: values)
    }

    private func read() async throws -> Figures {
        async let summary = reports.summary()
        async let movers = reports.topMovers(days: Self.moverDays, limit: Self.moverLimit)
        async let movements = reports.movements(days: Self.movementDays, bucket: .day)
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
            "href": PageFormatting.link(
                PageFormatting.product(line.sku), [("warehouse", line.warehouseCode.description)]),
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

    private static func mover(_ mover: TopMover) -> [String: Any] {
        [
            "sku": mover.sku.description, "name": mover.name, "href": PageFormatting.product(mover.sku),
            "count": Dashboard.Figures.grouped(mover.transactionCount),
            "units": Dashboard.Figures.grouped(decimal: mover.unitsOut.description),
        ]
    }
}

extension String {
    /// The word with its first letter in upper case.
    var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
