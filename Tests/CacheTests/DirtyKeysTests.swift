import Domain
import Testing

@testable import Cache

@Suite struct DirtyKeysTests {
    @Test func `A key and its product are dirty until the newest state is settled`() {
        var dirty = DirtyKeys()
        #expect(dirty.isClean)
        dirty.mark([record(1, version: 5), record(1, 2, version: 1)])
        dirty.mark([record(1, version: 3)])
        dirty.settle([settled(key(1), 4), settled(key(9), 9)])
        #expect(dirty.contains(key(1)))
        dirty.settle([settled(key(1), 5)])
        #expect(!dirty.contains(key(1)))
        #expect(dirty.contains(key(1).product))
        #expect(!dirty.contains(key(2).product))
        dirty.settle([settled(key(1, 2), 7)])
        #expect(!dirty.contains(key(1).product))
        #expect(dirty.isClean)
    }

    @Test func `More keys than the bound make everything dirty until the whole cache has been invalidated`() {
        var dirty = DirtyKeys(maximumKeys: 2)
        dirty.mark([record(1, version: 1), record(2, version: 1), record(3, version: 1)])
        #expect(dirty.isEverythingDirty)
        #expect(dirty.contains(key(99)))
        #expect(dirty.contains(key(99).product))
        #expect(dirty.count <= 2)
        dirty.didInvalidateAll(dirty.overflowTicket)
        #expect(!dirty.contains(key(99)))
        #expect(dirty.contains(key(3)))
    }

    @Test func `An overflow during an invalidation needs another invalidation`() {
        var dirty = DirtyKeys(maximumKeys: 1)
        dirty.mark([record(1, version: 1), record(2, version: 1)])
        let ticket = dirty.overflowTicket
        dirty.mark([record(3, version: 1)])
        dirty.didInvalidateAll(ticket)
        #expect(dirty.isEverythingDirty)
        dirty.didInvalidateAll(dirty.overflowTicket)
        #expect(!dirty.isEverythingDirty)
    }
}

private func settled(_ key: RecordKey, _ version: Int64) -> (key: RecordKey, version: Int64) {
    (key: key, version: version)
}
