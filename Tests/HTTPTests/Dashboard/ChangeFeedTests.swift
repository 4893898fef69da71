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
            eventInterval: .seconds(1), settling: [.milliseconds(1_100), .milliseconds(2_300)],
            beatInterval: .seconds(2))
    }

    /// What a row of marks, half a second apart, makes the watch say.
    private func sights(_ marks: [String?]) -> [ChangeWatch.Sight?] {
        var watch = watch()
        return marks.enumerated().map { watch.see($1, at: start + .milliseconds(500 * $0)) }
    }

    @Test func `A change is told at once, and again while it settles`() {
        let said = sights(["a", "a", "b", "b", "b", "b", "b", "b", "b", "b"])
        #expect(said == [.beat, nil, .change, nil, nil, .change, nil, .change, nil, nil])
    }

    @Test func `A row of changes is told once a second, and its last one again`() {
        let said = sights(["a", "b", "c", "d", "e", "f", "f", "f", "f", "f", "f", "f"])
        #expect(said == [.beat, .change, nil, .change, nil, .change, nil, nil, .change, nil, .change, nil])
    }

    @Test func `A change that was held back is told when its time comes, though nothing follows`() {
        #expect(sights(["a", "b", "c", "c", "c"]) == [.beat, .change, nil, .change, nil])
    }

    @Test func `An outage is told once, and its end is a change`() {
        #expect(
            sights(["a", nil, nil, nil, nil, nil, "a", "a"]) == [.beat, .outage, nil, nil, nil, .beat, .change, nil])
    }

    @Test func `Who is quiet beats`() {
        let said = sights(Array(repeating: "a", count: 10))
        #expect(said.enumerated().allSatisfy { $1 == ($0 % 4 == 0 ? .beat : nil) })
    }

    // MARK: Listeners

    @Test func `There are so many listeners at most, and who leaves makes room`() {
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
    func `Everybody hears of a change, and everybody is let go at the end`() async throws {
        let queries = FakeDashboardQueries()
        let feed = ChangeFeed(queries: queries)
        let listeners = try (0..<5).map { _ in try #require(feed.listen()) }
        await withTaskGroup(of: Bool.self) { group in
            for listener in listeners {
                group.addTask {
                    while let event = await listener.next() {
                        // The first look has been taken by then.
                        if event == .beat { queries.change() }
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
    func `A listener whose task is cancelled is let go`() async throws {
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
    func `The stream speaks at once, tells of a change, and ends with the server`() async throws {
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

    @Test func `Pages that heard of one change are read for once, and who comes by themselves reads anew`() async throws
    {
        let reads = LiveReads<Int>()
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
        #expect(try await value(9, 4) == 5, "nobody has heard of what has not happened")
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
