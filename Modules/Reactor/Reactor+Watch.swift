extension Reactor {
    /// The events that a watcher wants. Hang-ups and errors are always reported.
    public struct Interest: OptionSet, Sendable {
        public let rawValue: UInt32
        public init(rawValue: UInt32) { self.rawValue = rawValue }

        /// Data can be read, or the peer has closed.
        public static let read = Interest(rawValue: 1)
        /// Data can be written.
        public static let write = Interest(rawValue: 2)
    }

    /// What a descriptor is ready for.
    public struct Readiness: OptionSet, Sendable {
        public let rawValue: UInt32
        public init(rawValue: UInt32) { self.rawValue = rawValue }

        /// A read will not block.
        public static let read = Readiness(rawValue: 1)
        /// A write will not block.
        public static let write = Readiness(rawValue: 2)
        /// Error or hang-up. `read` and `write` are set too, so that the next read or write returns the error.
        public static let failed = Readiness(rawValue: 4)
    }

    struct Watcher {
        let generation: UInt32
        var interest: Interest
        let handler: (Readiness) -> Void
    }

    /// Calls `handler` on the reactor's thread whenever the descriptor is ready (level-triggered) until ``unwatch(_:)``.
    ///
    /// Must be called on the reactor's thread. The descriptor stays the caller's; unwatch it before closing it.
    /// - Throws: ``ReactorError/alreadyWatched(_:)``, or ``ReactorError/system(call:errno:)`` if epoll refuses it.
    public func watch(
        _ descriptor: CInt,
        for interest: Interest,
        _ handler: @escaping (Readiness) -> Void
    ) throws(ReactorError) {
        checkIsolated()
        guard loop.watchers[descriptor] == nil else { throw .alreadyWatched(descriptor) }
        loop.watcherGeneration &+= 1
        let watcher = Watcher(generation: loop.watcherGeneration, interest: interest, handler: handler)
        try epoll.add(descriptor, mask: interest.mask, token: Self.token(descriptor, watcher.generation))
        loop.watchers[descriptor] = watcher
    }

    /// Sets the events that the descriptor's watcher wants. On the reactor's thread; does nothing without a watcher.
    public func change(_ descriptor: CInt, to interest: Interest) {
        checkIsolated()
        guard let watcher = loop.watchers[descriptor], watcher.interest != interest else { return }
        loop.watchers[descriptor]?.interest = interest
        // Fails only if the owner closed the descriptor before unwatching it; then no event can come.
        try? epoll.change(descriptor, mask: interest.mask, token: Self.token(descriptor, watcher.generation))
    }

    /// Removes the descriptor's watcher; its handler is not called again. On the reactor's thread; idempotent.
    public func unwatch(_ descriptor: CInt) {
        checkIsolated()
        guard loop.watchers.removeValue(forKey: descriptor) != nil else { return }
        // The kernel has already removed a descriptor that was closed too early.
        try? epoll.remove(descriptor)
    }

    func dispatch(_ event: Epoll.Event) {
        guard event.token != Loop.wakeToken else { return }
        let descriptor = CInt(truncatingIfNeeded: event.token & 0xFFFF_FFFF)
        // An earlier handler of this turn may have closed the descriptor, and a new one may have its number.
        guard let watcher = loop.watchers[descriptor], watcher.generation == UInt32(event.token >> 32) else { return }
        watcher.handler(Readiness(mask: event.mask))
    }

    private static func token(_ descriptor: CInt, _ generation: UInt32) -> UInt64 {
        UInt64(generation) << 32 | UInt64(UInt32(bitPattern: descriptor))
    }
}

extension Reactor.Interest {
    fileprivate var mask: UInt32 {
        (contains(.read) ? Epoll.readable | Epoll.peerClosed : 0) | (contains(.write) ? Epoll.writable : 0)
    }
}

extension Reactor.Readiness {
    fileprivate init(mask: UInt32) {
        self = []
        if mask & (Epoll.readable | Epoll.peerClosed) != 0 { insert(.read) }
        if mask & Epoll.writable != 0 { insert(.write) }
        if mask & (Epoll.failed | Epoll.hungUp) != 0 { formUnion([.read, .write, .failed]) }
    }
}
