import Foundation
import Testing

@testable import Replay

@Suite("The choice between confirm and release")
struct ConfirmChoiceTests {
    @Test("the same id is always chosen the same way")
    func stable() throws {
        let id = try #require(UUID(uuidString: ReplayFixture.order))
        // Pinned: another value would make new runs choose differently from old ones.
        #expect(ConfirmChoice.fraction(id) == 0.9613126353529574)
    }

    @Test("a ratio of 0 confirms none, 1 all, and one between about its share, also of sequential ids")
    func ratio() {
        var chosen = 0
        for number in 0..<10_000 {
            let low = UInt8(number & 255)
            let high = UInt8(number >> 8)
            let id = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, high, low))
            #expect(!ConfirmChoice(ratio: 0).confirms(id))
            #expect(ConfirmChoice(ratio: 1).confirms(id))
            if ConfirmChoice(ratio: 0.9).confirms(id) { chosen += 1 }
        }
        #expect((8_850...9_150).contains(chosen))
    }
}
