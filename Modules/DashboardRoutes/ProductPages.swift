import Dashboard
import Domain
import HTTPCore
import HTTPTypes
import UseCases

/// The product search, and the page of one product with its stock.
struct ProductPages: Sendable {
    private static let productLimit = 50
    /// The most records of one product listed; the totals cover all of them.
    private static let recordLimit = 100
    private static let reservationLimit = 12
    private static let ledgerLimit = 25
    /// The most ledger rows in the chart.
    private static let historyLimit = 200
    /// The most warehouses that a form offers.
    private static let warehouseLimit = 200

    let renderer: PageRenderer
    let queries: any DashboardQueries
    let reader: StockReader
    let catalogue: any CatalogueStore
    let currency: String

    var endpoints: [Endpoint] {
        [
            renderer.page("/dashboard/products", "Products", list),
            renderer.page("/dashboard/products/{sku}", "A product", show),
        ]
    }

    // MARK: The list

    @Sendable private func list(
        _ request: APIRequest, _: PageRenderer.Viewer
    ) async throws -> PageRenderer.Page {
        let search = request.text("search")
        let wanted = try request.page(limit: Self.productLimit)
        let page = try await catalogue.products(
            search: search.isEmpty ? nil : search, archived: nil, page: wanted)
        let availability = try await reader.availability(page.items.map(\.sku)).run()
        var values: [String: Any] = ["currency": currency]
        if !search.isEmpty { values["search"] = search }
        if !page.items.isEmpty {
            let lines = zip(page.items, availability).map { product, availability in
                [
                    "sku": product.sku.description, "name": product.name, "href": PageFormatting.product(product.sku),
                    "archived": product.isArchived, "price": Figures.grouped(decimal: product.basePrice.description),
                    "warehouses": Figures.grouped(Int64(availability?.warehouseCount ?? 0)),
                    "none": (availability?.quantityAvailable ?? 0) == 0,
                    "available": Figures.grouped(availability?.quantityAvailable ?? 0),
                ] as [String: Any]
            }
            values["list"] = ["lines": lines] as [String: Any]
        }
        let path = PageRenderer.Section.products.rawValue
        if let pager = PageFormatting.pager(page, at: path, [("search", search)], isFirst: wanted.cursor == nil) {
            values["pager"] = pager
        }
        let title = search.isEmpty ? "Products" : "Products: \(search)"
        return PageRenderer.Page(name: .products, title: title, section: .products, values: values)
    }

    // MARK: One product

    @Sendable private func show(
        _ request: APIRequest, _ viewer: PageRenderer.Viewer
    ) async throws -> PageRenderer.Page {
        let text = request.parameters["sku"]
        guard let sku = SKU(text), let product = try await catalogue.product(sku) else {
            throw Problem.unknown("Unknown SKU", text)
        }
        let records = try await reader.records(RecordFilter(sku: sku), page: PageRequest(limit: Self.recordLimit))
        let totals = try await queries.totals(of: product.id)
        let open = try await queries.openReservations(of: product.id, limit: Self.reservationLimit + 1)
        let sorted = records.items.sorted {
            $0.reference.warehouseCode.description < $1.reference.warehouseCode.description
        }
        let record = try await chosen(request, sku, sorted)
        var values: [String: Any] = [
            "sku": sku.description, "name": product.name, "archived": product.isArchived,
            "price": Figures.grouped(decimal: product.basePrice.description), "currency": currency,
            "totals": self.totals(totals, product),
        ]
        if let description = product.description, !description.isEmpty { values["description"] = description }
        if !sorted.isEmpty { values["stock"] = stock(sorted, record, totals) }
        if !open.isEmpty { values["open"] = self.open(open) }
        if let record {
            values["record"] = try await history(of: record, request, sku)
        }
        if viewer.principal.allows(.stockWrite) {
            values["forms"] = try await forms(record)
        }
        return PageRenderer.Page(
            name: .product, title: "\(sku) \(product.name)", section: .products, values: values)
    }

    /// The record whose history is shown: the requested one, or the one with the most units on hand.
    private func chosen(
        _ request: APIRequest, _ sku: SKU, _ records: [InventoryRecord]
    ) async throws -> InventoryRecord? {
        let asked = request.text("warehouse")
        if let code = WarehouseCode(asked) {
            if let record = records.first(where: { $0.reference.warehouseCode == code }) { return record }
            let filter = RecordFilter(sku: sku, warehouseCode: code)
            if let record = try await reader.records(filter, page: PageRequest(limit: 1)).items.first { return record }
        }
        return records.max { $0.quantityOnHand < $1.quantityOnHand }
    }

    private func totals(_ totals: ProductTotals, _ product: Product) -> [[String: Any]] {
        let low = totals.lowRecords
        let note = low == 0 ? "can be sold now" : "\(Figures.grouped(low)) of \(Figures.grouped(totals.records)) low"
        let places = totals.records == 1 ? "1 warehouse" : "\(Figures.grouped(totals.records)) warehouses"
        return [
            OverviewTiles.tile(
                "available", "Available", Figures.grouped(totals.available), note: note,
                tone: totals.available <= 0 ? "bad" : totals.lowRecords > 0 ? "warn" : nil),
            OverviewTiles.tile("hand", "On hand", Figures.grouped(totals.onHand), note: "in \(places)"),
            OverviewTiles.tile("reserved", "Reserved", Figures.grouped(totals.reserved), note: "held for checkout"),
            OverviewTiles.tile(
                "value", "Value", PageFormatting.value(totals.onHand, product.basePrice), unit: currency,
                note: "on hand at the price of today"),
        ]
    }

    private func stock(
        _ records: [InventoryRecord], _ current: InventoryRecord?, _ totals: ProductTotals
    ) -> [String: Any] {
        let lines = records.map { record in
            var line: [String: Any] = [
                "code": record.reference.warehouseCode.description,
                "href": PageFormatting.link(
                    PageFormatting.product(record.reference.sku),
                    [("warehouse", record.reference.warehouseCode.description)]),
                "current": record.id == current?.id,
                "onHand": Figures.grouped(record.quantityOnHand),
                "reserved": Figures.grouped(record.quantityReserved),
                "available": Figures.grouped(record.quantityAvailable),
                "point": Figures.grouped(record.reorderPoint), "changed": PageFormatting.moment(record.updatedAt),
            ]
            if let tone = PageFormatting.tone(available: record.quantityAvailable, isLow: record.isLowStock) {
                line["tone"] = tone
            }
            return line
        }
        var values: [String: Any] = ["lines": lines]
        let rest = totals.records - Int64(records.count)
        if rest > 0 { values["more"] = "And \(Figures.grouped(rest)) more warehouses." }
        return values
    }

    private func open(_ open: [OpenReservation]) -> [String: Any] {
        let lines = open.prefix(Self.reservationLimit).map { reservation in
            [
                "order": reservation.orderID.description, "shortOrder": PageFormatting.short(reservation.orderID),
                "code": reservation.warehouseCode.description, "quantity": Figures.grouped(reservation.quantity),
                "expires": PageFormatting.moment(reservation.expiresAt),
            ] as [String: Any]
        }
        var values: [String: Any] = ["lines": Array(lines)]
        if open.count > Self.reservationLimit {
            values["more"] = "The \(Self.reservationLimit) that expire first."
        }
        return values
    }

    private func forms(_ record: InventoryRecord?) async throws -> [String: Any] {
        let warehouses = try await catalogue.warehouses(page: PageRequest(limit: Self.warehouseLimit))
        return [
            "warehouses": warehouses.items.filter { !$0.isArchived }.map { warehouse in
                [
                    "code": warehouse.code.description, "name": warehouse.name,
                    "current": warehouse.code == record?.reference.warehouseCode,
                ] as [String: Any]
            }
        ]
    }
}

// MARK: - History of a record

extension ProductPages {
    private func history(
        of record: InventoryRecord, _ request: APIRequest, _ sku: SKU
    ) async throws -> [String: Any] {
        let type = request.text("type")
        let kind = LedgerEntry.Kind(rawValue: type)
        let wanted = try request.page(limit: Self.ledgerLimit)
        let code = record.reference.warehouseCode.description
        let ledger = try await reader.transactions(of: record.id, LedgerFilter(kind: kind), page: wanted)
        let recent = try await reader.transactions(
            of: record.id, LedgerFilter(), page: PageRequest(limit: Self.historyLimit))
        var values: [String: Any] = [
            "code": code,
            "types": LedgerEntry.Kind.allCases.map { ["name": $0.rawValue, "current": $0 == kind] as [String: Any] },
            "span": recent.next == nil
                ? "Since its first receipt" : "The last \(Figures.grouped(Int64(Self.historyLimit))) movements",
        ]
        if let chart = HistoryValues.chart(recent.items, sku: sku, code: code) { values["chart"] = chart }
        if !ledger.items.isEmpty {
            values["ledger"] = ["lines": ledger.items.map(HistoryValues.line)] as [String: Any]
        }
        let query = [("warehouse", code), ("type", kind?.rawValue ?? "")]
        if let pager = PageFormatting.pager(
            ledger, at: PageFormatting.product(sku), query, isFirst: wanted.cursor == nil)
        {
            values["pager"] = pager
        }
        return values
    }
}

extension AvailabilityLines {
    /// The number of warehouses with a record of the product.
    fileprivate var warehouseCount: Int {
        var count = 0
        forEachLine { _, _ in count += 1 }
        return count
    }
}
