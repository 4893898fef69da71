import HTTPTypes
import NIOCore
import Testing

@testable import DashboardRoutes
@testable import HTTPCore

@Suite("Live changes")
struct ChangeFeedTests {
    private typealias Moment = ContinuousClock.Instant
    private let start = ContinuousClock.now

    private func watch() -> ChangeWatch {
        ChangeWatch(
            eventInterval: .seconds(1), repeatDelays: [.milliseconds(1_100), .milliseconds(2_300)],
            heartbeatInterval: .seconds(2))
    }

    /// The watch's signals for a series of marks, half a second apart.
    private func signals(_ marks: [String?]) -> [ChangeWatch.Signal?] {
        var watch = watch()
        return marks.enumerated().map { watch.observe($1, at: start + .milliseconds(500 * $0)) }
    }

    @Test func `A change is announced at once, and again after the repeat delays`() {
        let said = signals(["a", "a", "b", "b", "b", "b", "b", "b", "b", "b"])
        #expect(said == [.heartbeat, nil, .change, nil, nil, .change, nil, .change, nil, nil])
    }

    @Test func `A series of changes is announced once a second, and its last one again`() {
        let said = signals(["a", "b", "c", "d", "e", "f", "f", "f", "f", "f", "f", "f"])
        #expect(said == [.heartbeat, .change, nil, .change, nil, .change, nil, nil, .change, nil, .change, nil])
    }

    @Test func `A pending change is announced when the interval has passed, even if no other follows`() {
        #expect(signals(["a", "b", "c", "c", "c"]) == [.heartbeat, .change, nil, .change, nil])
    }

    @Test func `An outage is announced once, and its end counts as a change`() {
        #expect(
            signals(["a", nil, nil, nil, nil, nil, "a", "a"]) == [
                .heartbeat, .outage, nil, nil, nil, .heartbeat, .change, nil,
            ])
    }

    @Test func `Without changes there are heartbeats`() {
        let said = signals(Array(repeating: "a", count: 10))
        #expect(said.enumerated().allSatisfy { $1 == ($0 % 4 == 0 ? .heartbeat : nil) })
    }

    // MARK: Listeners

    @Test func `The number of listeners is limited, and a listener that leaves makes room`() {
        let feed = ChangeFeed(queries: FakeDashboardQueries())
        var listeners = (0..<ChangeFeed.listenerLimit).map { _ in feed.listen() }
        #expect(listeners.allSatisfy { $0 != nil })
        #expect(feed.listen() == nil)
        listeners[7] = nil
        #expect(feed.listen() != nil)
        feed.end()
        #expect(feed.listen() == nil)
    }

    @Test(.timeLimit(.minutes(1)))
    func `Every listener receives a change, and every listener ends with the feed`() async throws {
        let queries = FakeDashboardQueries()
        let feed = ChangeFeed(queries: queries)
        let listeners = try (0..<5).map { _ in try #require(feed.listen()) }
        await withTaskGroup(of: Bool.self) { group in
            for listener in listeners {
                group.addTask {
                    while let event = await listener.next() {
                        // The feed has read its first mark by then.
                        if event == .heartbeat { queries.change() }
                        if case .change = event { return true }
                    }
                    return false
                }
            }
            for await isHeard in group { #expect(isHeard) }
        }
        feed.end()
        for listener in listeners { #expect(await listener.next() == nil) }
    }

    @Test(.timeLimit(.minutes(1)))
    func `A listener whose task is cancelled ends`() async throws {
        let feed = ChangeFeed(queries: FakeDashboardQueries())
        let listener = try #require(feed.listen())
        let task = Task {
            while await listener.next() != nil {}
            return true
        }
        task.cancel()
        #expect(await task.value)
    }

    // MARK: The stream

    @Test(.timeLimit(.minutes(1)))
    func `The stream starts at once, announces a change, and ends with the server`() async throws {
        let dashboard = TestDashboard()
        let answer = try await dashboard.get("/dashboard/events")
        #expect(answer.headers[.contentType] == "text/event-stream; charset=utf-8")
        let stream = try #require(answer.response.stream)
        #expect(try await stream.next().map { String(buffer: $0) } == "event: beat\ndata:\n\n")
        dashboard.queries.change()
        var words = ""
        while !words.contains("event: change"), let piece = try await stream.next() {
            words += String(buffer: piece)
            dashboard.queries.change()
        }
        #expect(words.contains("event: change\ndata: 1\n\n"))
        dashboard.queries.goOut(true)
        while !words.contains("event: outage"), let piece = try await stream.next() { words += String(buffer: piece) }
        dashboard.site.endStreams()
        #expect(try await stream.next() == nil)
        #expect(try await dashboard.get("/dashboard/events").status == 503)
    }

    // MARK: Reading once

    @Test func `Pages that reload after one change share a read, and a page that a user loads reads again`()
        async throws
    {
        let reads = CoalescedReads<Int>()
        let count = Counter()
        func value(_ change: Int?, _ current: Int) async throws -> Int {
            try await reads.value(for: change, current: current) { await count.next() }
        }
        #expect(try await value(nil, 3) == 1)
        #expect(try await value(3, 3) == 2)
        #expect(try await value(3, 3) == 2)
        #expect(try await value(2, 4) == 2)
        #expect(try await value(4, 4) == 3)
        #expect(try await value(nil, 4) == 4)
        #expect(try await value(9, 4) == 5, "a change that has not happened yet is not shared")
        #expect(try await value(4, 4) == 3)
    }

    private actor Counter {
        private var count = 0

        func next() -> Int {
            count += 1
            return count
        }
    }
}
