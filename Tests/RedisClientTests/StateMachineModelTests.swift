import RedisTesting
import Testing

@testable import RedisClient

@Suite struct StateMachineModelTests {
    /// Random commands, replies, time and losses against a list of unanswered commands. Every waiter is resumed exactly
    /// once, and only with the result of its own command.
    @Test func `Every waiter is resumed exactly once in any order of events`() throws {
        let seed = SeededGenerator.testSeed()
        print("seed \(seed)")
        var random = SeededGenerator(seed: seed)
        var now = ContinuousClock.now
        var machine = Machine.ready(now: now)
        var unanswered: [Int] = []
        var resumed: [Int: Int] = [:]
        var admitted = 0

        for waiter in 0..<20_000 {
            now += .milliseconds(Int.random(in: 0...3, using: &random))
            switch Int.random(in: 0..<100, using: &random) {
            case 0..<55:
                let timeout = Duration.milliseconds(Int.random(in: 1...80, using: &random))
                if machine.refusal(waiter, timeout: timeout, now: now) == nil {
                    unanswered.append(waiter)
                    admitted += 1
                }
            case 55..<85 where !unanswered.isEmpty:
                let expected = unanswered.removeFirst()
                if let receiver = machine.receiver(now: now) {
                    #expect(receiver == expected, "seed \(seed)")
                    resumed[receiver, default: 0] += 1
                } else {
                    #expect(resumed[expected] == 1, "seed \(seed)")
                }
            case 85..<99:
                let tick = machine.tick(now: now)
                for waiter in tick.expired { resumed[waiter, default: 0] += 1 }
                #expect(Set(tick.expired).isSubset(of: unanswered), "seed \(seed)")
            default:
                let lost = machine.lost(now: now, random: 0.5)
                let loss = try #require(lost)
                for waiter in loss.waiters { resumed[waiter, default: 0] += 1 }
                unanswered = []
                #expect(machine.connect() == true)
                #expect(machine.connected(handshake: [1], now: now) == true)
                _ = machine.received(errorCode: nil, now: now)
                _ = machine.settled(generation: machine.generation, now: now)
            }
        }
        for waiter in machine.close() { resumed[waiter, default: 0] += 1 }
        #expect(resumed.count == admitted, "seed \(seed)")
        #expect(resumed.values.allSatisfy { $0 == 1 }, "seed \(seed)")
    }

    @Test func `The slot queue is a queue`() {
        var queue = SlotQueue<Int>()
        var model: [Int] = []
        var random = SeededGenerator(seed: 7)
        for number in 0..<5_000 {
            if Bool.random(using: &random) || number < 200 {
                queue.append(number)
                model.append(number)
            } else {
                #expect(queue.popFirst() == (model.isEmpty ? nil : model.removeFirst()))
            }
            #expect(queue.count == model.count)
            #expect(queue.first == model.first)
        }
        #expect(queue.removeAll() == model)
        #expect(queue.isEmpty)
    }
}
