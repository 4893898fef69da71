import Domain
import HTTPTypes
import Synchronization
import Testing
import UseCases

@testable import HTTPCore

@Suite("Idempotency keys")
struct IdempotencyTests {
    private static let body = #"{"sku":"LAPTOP-001","warehouse_code":"WH1","quantity":5}"#
    private static let name = HTTPField.Name.idempotencyKey

    private static func ports(_ seen: Seen) -> TestPorts {
        var ports = TestPorts()
        ports.submitOnce = { command, _, once throws(ServiceFailure) in
            seen.add(once)
            return .moved(
                .changed(
                    ChangeOutcome(
                        record: Samples.reference, oldQuantity: 1, newQuantity: 6, inventoryID: Samples.inventory,
                        version: 2, transactionID: Samples.transaction)))
        }
        return ports
    }

    private final class Seen: Sendable {
        private let all = Mutex<[Once<Outcome>?]>([])
        func add(_ once: Once<Outcome>?) { all.withLock { $0.append(once) } }
        var onces: [Once<Outcome>?] { all.withLock { $0 } }
    }

    @Test("the store gets the caller, the key and a hash of the whole request; without a key it gets nothing")
    func passedOn() async throws {
        let seen = Seen()
        try await withAPI(Self.ports(seen)) { api in
            _ = try await api.post("/inventory/receive", Self.body)
            for (path, body) in [
                ("/inventory/receive", Self.body), ("/inventory/receive", Self.body),
                ("/inventory/ship", Self.body), ("/inventory/receive?x=1", Self.body),
                ("/inventory/receive", Self.body + " "),
            ] {
                _ = try await api.post(path, body, headers: [Self.name: "k-1"])
            }
        }
        let keys = seen.onces.map { $0?.key }
        #expect(keys[0] == nil)
        #expect(keys[1] == keys[2] && keys[1]?.caller == "anonymous" && keys[1]?.key == "k-1")
        #expect(keys[1]?.requestHash.count == 32)
        #expect(Set(keys.dropFirst().compactMap { $0?.requestHash }).count == 4, "each other request has another hash")
    }

    @Test("a kept response is replayed byte by byte, and is marked as replayed")
    func replayed() async throws {
        let seen = Seen()
        try await withAPI(Self.ports(seen)) { api in
            let first = try await api.post("/inventory/receive", Self.body, headers: [Self.name: "k"])
            let kept = try #require(seen.onces[0]?.answer(.success(Self.outcome)))
            var ports = TestPorts()
            ports.submitOnce = { _, _, _ throws(ServiceFailure) in throw .replayed(kept) }
            try await withAPI(ports) { api in
                let again = try await api.post("/inventory/receive", Self.body, headers: [Self.name: "k"])
                #expect(again.status == 200 && again.text == first.text)
                #expect(again.headers[.contentType] == "application/json")
                #expect(again.headers[.idempotentReplayed] == "true")
                #expect(first.headers[.idempotentReplayed] == nil)
            }
        }
    }

    private static let outcome = Outcome.moved(
        .changed(
            ChangeOutcome(
                record: Samples.reference, oldQuantity: 1, newQuantity: 6, inventoryID: Samples.inventory, version: 2,
                transactionID: Samples.transaction)))

    @Test("a refusal of the rules is kept, an error that a retry may resolve is not")
    func kept() async throws {
        let seen = Seen()
        try await withAPI(Self.ports(seen)) { api in
            _ = try await api.post("/inventory/receive", Self.body, headers: [Self.name: "k"])
        }
        let once = try #require(seen.onces[0])
        let shortage = StockRefusal.Shortage(
            record: Samples.reference, inventoryID: nil, available: 1, requested: 2)
        for failure: ServiceFailure in [
            .refused(.insufficientStock(shortage)), .refused(.versionConflict(currentVersion: 3)),
            .refused(.archived(.product(Samples.sku))), .refused(.operation(index: 1, .insufficientStock(shortage))),
            .alreadyExists("x"), .alreadyDecided("x"),
        ] {
            #expect(once.answer(.failure(failure)) != nil, "\(failure)")
        }
        for failure: ServiceFailure in [
            .systemBusy, .unavailable(cause: ""), .internalFault(cause: ""), .notFound("x"), .invalid([]),
            .refused(.unknownOrder(Samples.order)), .refused(.quantityTooHigh(Samples.reference)),
        ] {
            #expect(once.answer(.failure(failure)) == nil, "\(failure)")
        }
    }

    @Test("a key of another request, or a malformed key, is 422")
    func bad() async throws {
        var ports = TestPorts()
        ports.submitOnce = { _, _, _ throws(ServiceFailure) in throw .keyReused }
        try await withAPI(ports) { api throws in
            let reused = try await api.post("/inventory/receive", Self.body, headers: [Self.name: "k"])
            #expect(reused.status == 422 && reused.code == "idempotency_key_reused")
            for key in ["", "a b", "ключ", String(repeating: "k", count: 256)] {
                let answer = try await api.post("/inventory/receive", Self.body, headers: [Self.name: key])
                #expect(answer.faultyFields == ["Idempotency-Key"], "\(key)")
            }
            #expect(try await api.get("/inventory/x", headers: [Self.name: ""]).faultyFields == ["id"])
        }
    }
}
