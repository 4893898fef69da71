import Domain
import TestSupport
import Testing

struct IdentifierSourceTests {
    private static let now = Instant(milliseconds: 1_800_000_000_123)

    @Test("an id is a version 7 UUID with its instant")
    func form() {
        var random = SeededRandom()
        for _ in 0..<500 {
            var source = IdentifierSource(seed: random.next())
            let milliseconds = Int64.random(in: 0..<1 << 48, using: &random)
            let id: ProductID = source.next(at: Instant(milliseconds: milliseconds))
            #expect(id.high >> 16 == UInt64(milliseconds), "seed \(random.seed)")
            #expect(id.high >> 12 & 0xF == 7, "seed \(random.seed)")
            #expect(id.low >> 62 == 0b10, "seed \(random.seed)")
            #expect(ProductID(id.description) == id)
        }
    }

    @Test("100,000 ids of one source ascend without duplicates", arguments: [0, 1, UInt64.max])
    func ascending(_ seed: UInt64) {
        var source = IdentifierSource(seed: seed)
        var last = ReservationID(high: 0, low: 0)
        var isAscending = true
        for index in 0..<100_000 {
            // The instant changes now and then.
            let id: ReservationID = source.next(
                at: Instant(milliseconds: Self.now.milliseconds + Int64(index / 30_000)))
            isAscending = isAscending && last < id
            last = id
        }
        #expect(isAscending)
    }

    @Test("ids of different sources at the same instant differ")
    func unique() {
        var seen: Set<OrderID> = []
        var random = SeededRandom()
        for _ in 0..<200 {
            var source = IdentifierSource(seed: random.next())
            for _ in 0..<500 { seen.insert(source.next(at: Self.now)) }
        }
        #expect(seen.count == 100_000, "seed \(random.seed)")
    }

    @Test("the counter starts in the lower half of its range, and ids ascend across its two fields")
    func fields() {
        // 20,000 ids cross the boundary between the two fields whatever the start.
        for seed in 0..<64 {
            var source = IdentifierSource(seed: UInt64(seed))
            var last: ProductID = source.next(at: Self.now)
            #expect(last.high & 0xFFF < 0x800, "starts in the lower half")
            for _ in 0..<20_000 {
                let id: ProductID = source.next(at: Self.now)
                if id <= last { Issue.record("seed \(seed): \(id) after \(last)") }
                last = id
            }
        }
    }

    @Test("the same seed makes the same ids")
    func repeats() {
        var first = IdentifierSource(seed: 7)
        var second = IdentifierSource(seed: 7)
        for _ in 0..<100 {
            let left: AlertID = first.next(at: Self.now)
            let right: AlertID = second.next(at: Self.now)
            #expect(left == right)
        }
    }

    @Test("instants before 1970 and beyond 48 bits do not trap", arguments: [Int64.min, -1, 0, 1 << 48, Int64.max])
    func extremes(_ milliseconds: Int64) {
        var source = IdentifierSource(seed: 1)
        let id: ProductID = source.next(at: Instant(milliseconds: milliseconds))
        #expect(id.high >> 12 & 0xF == 7)
        if milliseconds < 0 { #expect(id.high >> 16 == 0) }
    }
}
