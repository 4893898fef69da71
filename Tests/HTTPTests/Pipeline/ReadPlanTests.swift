import Domain
import HTTPTypes
import Logging
import NIOCore
import NIOPosix
import Testing
import UseCases

@testable import HTTPCore
@testable import HTTPTransport

@Suite("Reads without a task", .timeLimit(.minutes(1)))
struct ReadPlanTests {
    private static let path = "/inventory/\(Samples.inventoryText)"
    private static let request = "GET /api/v1\(path) HTTP/1.1\nHost: a\n\n"

    private static func availability(_ product: ProductID, _ sku: SKU, _ quantity: Int64) -> ProductAvailability {
        ProductAvailability(
            product: product, sku: sku,
            lines: [
                ProductAvailability.Line(
                    warehouseID: Samples.warehouseID, warehouseCode: Samples.warehouseCode,
                    quantityAvailable: quantity, version: 1)
            ])
    }

    private static let laptop = availability(Samples.productID, Samples.sku, 98)
    private static let mouse = availability(Samples.secondProductID, Samples.secondSKU, 3)

    @Test func `A cached record gets the handler's response, and the database is not read`()
        async throws
    {
        for fields: HTTPFields in [[:], [.ifNoneMatch: "\"7\""], [.ifNoneMatch: "\"8\""]] {
            for method: HTTPRequest.Method in [.get, .head] {
                let cache = FakeCache([Samples.record])
                var ports = TestPorts()
                let fast = try await Self.send(method, fields, ports, cache)
                #expect(cache.asked == [[.record(Samples.reference.key)]])
                ports.record = { _ in Samples.record }
                let slow = try await Self.send(method, fields, ports, FakeCache(isReachable: false))
                #expect(fast.status == slow.status)
                #expect(fast.text == slow.text)
                #expect(Self.headers(fast) == Self.headers(slow))
            }
        }
    }

    private static func send(
        _ method: HTTPRequest.Method, _ fields: HTTPFields, _ ports: TestPorts, _ cache: FakeCache
    ) async throws -> TestAnswer {
        let pipeline = RequestPipeline(
            makeAPI(ports, cache: cache), authenticator: OpenAuthenticator(), logger: silence)
        return try await TestAPI(pipeline: pipeline).send(method, path, nil, fields)
    }

    /// All headers except the request id, which is random.
    private static func headers(_ answer: TestAnswer) -> [String] {
        answer.headers.filter { $0.name != .requestID }.map { "\($0.name): \($0.value)" }
    }

    @Test func `A record missing from the cache comes from the database, and the cache is asked once`()
        async throws
    {
        let cache = FakeCache()
        var ports = TestPorts()
        ports.record = { _ in Samples.record }
        try await withAPI(ports, cache: cache) { api in
            let answer = try await api.get(Self.path)
            #expect(answer.status == 200)
            #expect(answer.members["version"] as? Int == 7)
        }
        #expect(cache.asked.count == 1)
        #expect(cache.filled == [Samples.record])
    }

    @Test func `A database error for a record missing from the cache gets the handler's response`()
        async throws
    {
        var ports = TestPorts()
        ports.record = { _ in nil }
        try await withAPI(ports, cache: FakeCache()) { api in
            let answer = try await api.get(Self.path)
            #expect(answer.detail == "Unknown inventory record: \(Samples.inventoryText)")
        }
        ports.record = { _ throws(ServiceFailure) in throw .unavailable(cause: "gone") }
        try await withAPI(ports, cache: FakeCache()) { api in
            let answer = try await api.get(Self.path)
            #expect(answer.status == 503)
        }
    }

    @Test func `Faults are reported, and an unreachable cache is not`() async throws {
        let cache = FakeCache([Samples.record], isReachable: false)
        try await withAPI(cache: cache) { api in
            let good = try await api.get(Self.path)
            #expect(good.status == 200)
            let bad = try await api.get("/inventory/17")
            #expect(bad.faults == ["id: must be a UUID"])
            let none = try await api.get("/availability")
            #expect(none.faultyFields == ["sku"])
        }
        #expect(cache.asked.isEmpty)
    }

    @Test func `Cached availability keeps the requested order, and missing entries are loaded`()
        async throws
    {
        let query = "/availability?sku=MOUSE-002&sku=LAPTOP-001&sku=MOUSE-002"
        let expected = """
            {"items":[{"sku":"MOUSE-002","quantity_available":3,"warehouses":[\
            {"warehouse_code":"WH1","quantity_available":3}]},\
            {"sku":"LAPTOP-001","quantity_available":98,"warehouses":[\
            {"warehouse_code":"WH1","quantity_available":98}]},\
            {"sku":"MOUSE-002","quantity_available":3,"warehouses":[\
            {"warehouse_code":"WH1","quantity_available":3}]}]}
            """
        let all = FakeCache([], [Self.laptop, Self.mouse])
        try await withAPI(cache: all) { api in
            let answer = try await api.get(query)
            #expect(answer.text == expected)
        }
        let products = [Samples.secondProductID, Samples.productID, Samples.secondProductID]
        #expect(all.asked == [[.availability(products)]])
        var ports = TestPorts()
        ports.availability = { products in
            #expect(products == [Samples.secondProductID])
            return [Self.mouse]
        }
        try await withAPI(ports, cache: FakeCache([], [Self.laptop])) { api in
            let answer = try await api.get(query)
            #expect(answer.text == expected)
        }
    }

    @Test func `Pipelined requests of one connection are answered in order`() async throws {
        var ports = TestPorts()
        ports.reference = { _ in nil }
        let api = makeAPI(ports, cache: FakeCache([Samples.record], [Self.laptop]))
        try await RunningServer.run(api) { server in
            try await RawConnection.open(server.port) { connection in
                let unknown = "GET /api/v1/inventory/\(Samples.orderText) HTTP/1.1\nHost: a\n\n"
                let available = "GET /api/v1/availability?sku=LAPTOP-001 HTTP/1.1\nHost: a\n\n"
                let round = Self.request + available + unknown + "GET /health/live HTTP/1.1\nHost: a\n\n"
                try await connection.send(String(repeating: round, count: 20))
                for _ in 0..<20 {
                    #expect(try await connection.answer()?.body.contains("\"version\":7") == true)
                    #expect(try await connection.answer()?.body.hasPrefix("{\"items\":") == true)
                    #expect(try await connection.answer()?.status == 404)
                    #expect(try await connection.answer()?.body.contains("version") == false)
                }
            }
        }
    }

    @Test func `Reads that wait for the cache count toward the limit of requests`() async throws {
        let cache = FakeCache([Samples.record], isHeld: true)
        var limits = TransportLimits()
        limits.requestsInFlight = 2
        try await RunningServer.run(makeAPI(cache: cache), limits: limits) { server in
            try await RawConnection.open(server.port) { first in
                try await RawConnection.open(server.port) { second in
                    try await first.send(Self.request)
                    await cache.begun.wait()
                    try await second.send(Self.request)
                    await cache.begun.wait()
                    try await RawConnection.open(server.port) { third in
                        try await third.send(Self.request)
                        let refused = try await third.answer()
                        #expect(refused?.status == 503)
                        #expect(refused?.body.contains("system_busy") == true)
                    }
                    cache.release()
                    #expect(try await first.answer()?.status == 200)
                    #expect(try await second.answer()?.status == 200)
                }
            }
        }
    }

    @Test(arguments: [[], [Samples.record]])
    func `A read counts as one request until it is answered, also when it has to be loaded`(
        _ cached: [InventoryRecord]
    ) async throws {
        var ports = TestPorts()
        ports.record = { _ in Samples.record }
        var limits = TransportLimits()
        limits.requestsInFlight = 1
        let log = RecordingLog()
        let logger = Logger(label: "test") { _ in log }
        let api = makeAPI(ports, cache: FakeCache(cached))
        try await RunningServer.run(api, limits: limits, logger: logger) { server in
            try await RawConnection.open(server.port) { connection in
                for _ in 0..<3 {
                    try await connection.send(Self.request)
                    #expect(try await connection.answer()?.status == 200)
                }
            }
        }
        // A server that counts requests wrongly would find some in flight at its end, or a negative number.
        #expect(!log.lines.all.contains { $0.contains("still in flight") })
    }

    @Test func `A stopping server waits for cache reads`() async throws {
        let cache = FakeCache([Samples.record], isHeld: true)
        try await RunningServer.run(makeAPI(cache: cache)) { server in
            try await RawConnection.open(server.port) { connection in
                try await connection.send(Self.request)
                await cache.begun.wait()
                await server.stop()
                cache.release()
                #expect(try await connection.answer()?.status == 200)
            }
        }
    }

    @Test func `Reads of one loop iteration are batched, at most a thousand entries each`() async throws {
        let cache = FakeCache([Samples.record])
        let record = CacheQuestion.record(Samples.reference.key)
        let hundred = CacheQuestion.availability(Array(repeating: Samples.productID, count: 100))
        let questions = Array(repeating: record, count: 50) + Array(repeating: hundred, count: 12)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let eventLoop = group.next()
        let found: [Bool] = try await eventLoop.flatSubmit {
            let batcher = CacheReadBatcher(eventLoop: eventLoop)
            let done = questions.map { _ in eventLoop.makePromise(of: Bool.self) }
            for (question, promise) in zip(questions, done) {
                batcher.ask(question, of: cache) { answers, number in
                    eventLoop.assertInEventLoop()
                    promise.succeed(question == record && answers.record(number) == Samples.record)
                }
            }
            return EventLoopFuture.whenAllSucceed(done.map(\.futureResult), on: eventLoop)
        }.get()
        try await group.shutdownGracefully()
        #expect(found == questions.map { $0 == record })
        #expect(cache.asked.map(\.count) == [50 + 9, 3])
        #expect(cache.asked.flatMap { $0 } == questions)
    }
}
