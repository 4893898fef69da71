import Glibc
import Reactor
import Testing

/// Two connected sockets.
struct SocketPair {
    let near: CInt
    let far: CInt

    init() {
        var descriptors: [CInt] = [-1, -1]
        let code = socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0, &descriptors)
        precondition(code == 0, "socketpair failed with errno \(errno)")
        (near, far) = (descriptors[0], descriptors[1])
    }

    func close() {
        Glibc.close(near)
        Glibc.close(far)
    }
}

struct WatchTests {
    /// Runs `body` on the reactor's thread and returns what it returns.
    private func on<T: Sendable>(_ reactor: Reactor, _ body: @escaping @Sendable () -> T) async -> T {
        await withCheckedContinuation { continuation in reactor.post { continuation.resume(returning: body()) } }
    }

    /// Each hop takes at least one turn of the loop, and each turn polls the descriptors.
    private func turn(_ reactor: Reactor, times: Int) async {
        for _ in 0..<times { await on(reactor) {} }
    }

    @Test func `a watcher is called for written data until it is removed`() async throws {
        let reactor = try Reactor(name: "test")
        defer { reactor.shutdown() }
        let pair = SocketPair()
        defer { pair.close() }
        let calls = Count()
        await withCheckedContinuation { continuation in
            reactor.post {
                do {
                    try reactor.watch(pair.near, for: .read) { readiness in
                        #expect(readiness == .read)
                        // The byte is not read, so it is reported again until the watcher is removed (level-triggered).
                        guard calls.add() == 3 else { return }
                        reactor.unwatch(pair.near)
                        reactor.unwatch(pair.near)
                        continuation.resume()
                    }
                } catch { Issue.record(error) }
            }
            var byte: UInt8 = 1
            #expect(write(pair.far, &byte, 1) == 1)
        }
        await turn(reactor, times: 20)
        #expect(calls.value == 3)
    }

    @Test func `a second watcher of a descriptor is refused`() async throws {
        let reactor = try Reactor(name: "test")
        defer { reactor.shutdown() }
        let pair = SocketPair()
        defer { pair.close() }
        let refusal = await on(reactor) { () -> ReactorError? in
            do throws(ReactorError) {
                try reactor.watch(pair.near, for: .read) { _ in }
                try reactor.watch(pair.near, for: .write) { _ in }
                return nil
            } catch { return error }
        }
        #expect(refusal == .alreadyWatched(pair.near))
        await on(reactor) { reactor.unwatch(pair.near) }
    }

    @Test func `writability is reported only while it is requested`() async throws {
        let reactor = try Reactor(name: "test")
        defer { reactor.shutdown() }
        let pair = SocketPair()
        defer { pair.close() }
        let calls = Count()
        await withCheckedContinuation { continuation in
            reactor.post {
                do {
                    try reactor.watch(pair.near, for: .read) { readiness in
                        #expect(readiness == .write)
                        calls.add()
                        reactor.change(pair.near, to: .read)
                        continuation.resume()
                    }
                    reactor.change(pair.near, to: [.read, .write])
                } catch { Issue.record(error) }
            }
        }
        await turn(reactor, times: 20)
        #expect(calls.value == 1)
        await on(reactor) { reactor.unwatch(pair.near) }
    }

    @Test func `a hang-up is reported as readable, writable and failed`() async throws {
        let reactor = try Reactor(name: "test")
        defer { reactor.shutdown() }
        let pair = SocketPair()
        let readiness = await withCheckedContinuation { continuation in
            reactor.post {
                do {
                    try reactor.watch(pair.near, for: .read) { readiness in
                        reactor.unwatch(pair.near)
                        continuation.resume(returning: readiness)
                    }
                } catch { Issue.record(error) }
                Glibc.close(pair.far)
            }
        }
        #expect(readiness == [.read, .write, .failed])
        Glibc.close(pair.near)
    }

    @Test func `a busy reactor still polls its descriptors`() async throws {
        let reactor = try Reactor(name: "test")
        defer { reactor.shutdown() }
        let pair = SocketPair()
        defer { pair.close() }
        let isDone = Count()
        @Sendable func again() { if isDone.value == 0 { reactor.post(again) } }
        reactor.post(again)
        await withCheckedContinuation { continuation in
            reactor.post {
                do {
                    try reactor.watch(pair.near, for: .read) { _ in
                        reactor.unwatch(pair.near)
                        isDone.add()
                        continuation.resume()
                    }
                } catch { Issue.record(error) }
            }
            var byte: UInt8 = 1
            #expect(write(pair.far, &byte, 1) == 1)
        }
    }
}
