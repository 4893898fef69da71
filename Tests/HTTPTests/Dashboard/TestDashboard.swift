import Credentials
import Domain
import HTTPTypes
import NIOCore
import Synchronization
import Telemetry
import Testing
import UseCases

@testable import DashboardRoutes
@testable import HTTPCore
@testable import InventoryRoutes

/// The dashboard over fake ports, without a server.
struct TestDashboard: Sendable {
    let pipeline: RequestPipeline
    let site: DashboardSite
    let queries: FakeDashboardQueries

    /// - Parameters:
    ///   - sessions: nil where no sign-in is needed.
    ///   - authenticator: authenticates the API's callers.
    init(
        _ ports: TestPorts = .furnished, queries: FakeDashboardQueries = FakeDashboardQueries(),
        sessions: DashboardSessions? = nil, authenticator: any Authenticator = OpenAuthenticator(),
        mailboxURL: String? = nil, isSecure: Bool = false
    ) {
        self.queries = queries
        let authenticator = sessions.map { SessionAuthenticator(authenticator, sessions: $0) } ?? authenticator
        site = DashboardSite(
            configuration: DashboardConfiguration(
                queries: queries, sessions: sessions, mailboxURL: mailboxURL, isSecure: isSecure),
            reservations: ReservationService(directory: ports, commands: ports, queries: ports),
            reader: StockReader(directory: ports, queries: ports, cache: EmptyCache()), catalogue: ports,
            alerts: ports, reports: ports, currency: "EUR",
            latencies: { ServiceLatencies(response: .init(p50: 0.0042, p95: 0.042, p99: 1.042)) })
        pipeline = RequestPipeline(
            makeAPI(ports, credentials: authenticator.credentials) + site.endpoints, authenticator: authenticator,
            logger: silence)
    }

    func get(_ path: String, _ headers: HTTPFields = [:]) async throws -> PageAnswer {
        try await send(.get, path, nil, headers)
    }

    func post(_ path: String, form: String, _ headers: HTTPFields = [:]) async throws -> PageAnswer {
        var headers = headers
        headers[.contentType] = "application/x-www-form-urlencoded"
        return try await send(.post, path, form, headers)
    }

    func send(
        _ method: HTTPRequest.Method, _ path: String, _ body: String?, _ headers: HTTPFields
    ) async throws -> PageAnswer {
        let head = HTTPRequest(
            method: method, scheme: "http", authority: "stock.example", path: path, headerFields: headers)
        return PageAnswer(try await pipeline.respond(to: head, body: WholeBody(text: body ?? "")))
    }
}

struct PageAnswer: Sendable {
    let response: APIResponse
    var status: Int { response.status.code }
    var headers: HTTPFields { response.headers }
    var text: String { response.body.map { String(buffer: $0) } ?? "" }

    init(_ response: APIResponse) { self.response = response }

    /// The session cookie that the response sets, as a browser sends it back.
    var cookie: String? {
        headers[.setCookie].flatMap { $0.split(separator: ";").first.map(String.init) }
    }
}

/// A body that has arrived completely.
private struct WholeBody: RequestBody {
    let text: String

    func read(upTo limit: Int, _ take: (ByteBuffer) throws -> Void) async throws {
        guard text.utf8.count <= limit else { throw NIOTooManyBytesError(maxBytes: limit) }
        try take(ByteBuffer(string: text))
    }
}

/// Dashboard queries with results that a test sets.
final class FakeDashboardQueries: DashboardQueries {
    private struct State {
        var mark = 0
        var isOut = false
    }

    private let state = Mutex(State())
    let procurement: [InventoryID: ProcurementState]
    let open: [OpenReservation]

    init(procurement: [InventoryID: ProcurementState] = [:], open: [OpenReservation] = []) {
        self.procurement = procurement
        self.open = open
    }

    func change() { state.withLock { $0.mark += 1 } }
    func goOut(_ isOut: Bool) { state.withLock { $0.isOut = isOut } }

    func changeMark() async throws(ServiceFailure) -> String {
        let state = state.withLock { $0 }
        guard !state.isOut else { throw .unavailable(cause: "played") }
        return String(state.mark)
    }

    func procurement(
        of records: [InventoryID]
    ) async throws(ServiceFailure) -> [InventoryID: ProcurementState] { procurement }

    func openReservations(
        of product: ProductID, limit: Int
    ) async throws(ServiceFailure) -> [OpenReservation] { Array(open.prefix(limit)) }

    func totals(of product: ProductID) async throws(ServiceFailure) -> ProductTotals {
        ProductTotals(records: 1, onHand: 1_234, reserved: 34, lowRecords: 0)
    }
}

extension TestPorts {
    /// Stock with something to show on every page.
    static var furnished: TestPorts {
        var ports = TestPorts()
        ports.summary = { () throws(ServiceFailure) in
            StockSummary(
                outOfStockCount: 1, lowStockCount: 1_234, inventoryValue: ExactDecimal("1234567.89") ?? ExactDecimal(0),
                productCount: 3,
                inventoryCount: 4, pendingReservations: 5, pendingUnits: ExactDecimal(6), attempts: 1_000,
                succeeded: 999,
                openAlerts: 1)
        }
        ports.topMovers = { _, _ throws(ServiceFailure) in
            [TopMover(sku: Samples.sku, name: "Laptop <13\">", transactionCount: 1_500, unitsOut: ExactDecimal(2_600))]
        }
        ports.movements = { _, _ throws(ServiceFailure) in
            (0..<30).map { day in
                MovementLine(
                    start: Instant(milliseconds: Samples.instant.milliseconds - Int64(29 - day) * 86_400_000),
                    unitsIn: ExactDecimal(Int64(day)), unitsOut: ExactDecimal(7), unitsAdjusted: ExactDecimal(-1))
            }
        }
        ports.lowStock = { _, _ throws(ServiceFailure) in
            Page(
                items: [
                    LowStockLine(
                        inventoryID: Samples.inventory, sku: Samples.sku, productName: "Laptop <13\">",
                        warehouseName: "Main", warehouseCode: Samples.warehouseCode, quantityAvailable: 0,
                        reorderPoint: 10, reorderQuantity: 25)
                ], next: nil)
        }
        ports.products = { _, _, _ throws(ServiceFailure) in
            Page(items: [Samples.product], next: Cursor(["products", "X"]))
        }
        ports.product = { sku throws(ServiceFailure) in sku == Samples.sku ? Samples.product : nil }
        ports.records = { _, _ throws(ServiceFailure) in Page(items: [Samples.record], next: nil) }
        ports.availability = { _ throws(ServiceFailure) in [] }
        ports.warehouses = { _ throws(ServiceFailure) in Page(items: [Samples.warehouse], next: nil) }
        ports.alerts = { _, _ throws(ServiceFailure) in Page(items: [], next: nil) }
        ports.transactions = { _, _ throws(ServiceFailure) in
            Page(
                items: [
                    LedgerEntry(
                        id: Samples.transaction, inventoryID: Samples.inventory, version: 1, kind: .receive,
                        quantityChange: 100, quantityAfter: 100, reservedChange: 0, reservedAfter: 0, orderID: nil,
                        reason: "First & only", reference: nil, actor: "Bea", createdAt: Samples.instant)
                ], next: nil)
        }
        ports.reservations = { _ throws(ServiceFailure) in
            [
                Reservation(
                    id: Samples.reservation, orderID: Samples.order, inventoryID: Samples.inventory,
                    reference: Samples.reference, quantity: 2, expiresAt: Samples.instant,
                    createdAt: Samples.instant)
            ]
        }
        return ports
    }
}
