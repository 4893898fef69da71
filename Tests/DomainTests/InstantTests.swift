import Domain
import TestSupport
import Testing

struct InstantTests {
    @Test("adding seconds counts milliseconds")
    func adds() {
        #expect(Instant(milliseconds: 5).adding(seconds: 600) == Instant(milliseconds: 600_005))
        #expect(Instant(milliseconds: 5).adding(seconds: -1) == Instant(milliseconds: -995))
        #expect(Instant(milliseconds: .max).adding(seconds: 0) == Instant(milliseconds: .max))
    }

    @Test("adding saturates at the ends of the range, compared with 128-bit arithmetic")
    func saturates() {
        var random = SeededRandom()
        let edges: [Int64] = [.min, .min + 1, .min / 1_000, -1, 0, 1, 604_800, .max / 1_000, .max - 1, .max]
        var pairs = edges.flatMap { start in edges.map { (start, $0) } }
        for _ in 0..<2_000 {
            pairs.append(
                (Int64(bitPattern: random.next()), Int64(bitPattern: random.next()) >> random.pick([0, 9, 10, 11])))
        }
        for (start, seconds) in pairs {
            let exact = Int128(start) + Int128(seconds) * 1_000
            let product = Int128(seconds) * 1_000
            // A product beyond the range saturates by itself, even if the exact sum were in range.
            let expected: Int64 =
                product > Int128(Int64.max) ? .max : product < Int128(Int64.min) ? .min : Int64(clamping: exact)
            #expect(
                Instant(milliseconds: start).adding(seconds: seconds).milliseconds == expected,
                "seed \(random.seed): \(start) \(seconds)")
        }
    }

    @Test("a reservation is overdue from its expiry instant on, and only while it is pending")
    func overdue() {
        let at = Instant(milliseconds: 1_000)
        var random = SeededRandom()
        let reference = MachineFixture(products: 1, warehouses: 1).records[0]
        var reservation = Reservation(
            id: random.identifier(), orderID: random.identifier(), inventoryID: random.identifier(),
            reference: reference, quantity: 1, expiresAt: at, createdAt: Instant(milliseconds: 0))
        #expect(!reservation.isOverdue(at: Instant(milliseconds: 999)))
        #expect(reservation.isOverdue(at: at))
        #expect(reservation.resolvedAt == nil)
        reservation.status = .confirmed(at: at)
        #expect(!reservation.isOverdue(at: Instant(milliseconds: 2_000)))
        #expect(reservation.resolvedAt == at)
    }
}
