import Glibc

/// The epoll and eventfd calls of the loop.
///
/// Swift's `Glibc` module does not contain `<sys/epoll.h>` and `<sys/eventfd.h>`. So this type looks up the functions by
/// name and defines the event's layout. A C module map with the two headers could replace this file.
struct Epoll: Sendable {
    /// One event of the kernel.
    struct Event {
        var mask: UInt32
        var token: UInt64
    }

    static let readable: UInt32 = 0x001
    static let writable: UInt32 = 0x004
    static let failed: UInt32 = 0x008
    static let hungUp: UInt32 = 0x010
    static let peerClosed: UInt32 = 0x2000
    static let edgeTriggered: UInt32 = 1 << 31

    // `struct epoll_event` is packed on x86-64 and on nothing else.
    #if arch(x86_64)
    static let eventSize = 12
    private static let tokenOffset = 4
    #else
    static let eventSize = 16
    private static let tokenOffset = 8
    #endif

    private static let closeOnExec: CInt = 0o2000000
    private static let nonBlocking: CInt = 0o4000
    private static let add: CInt = 1
    private static let delete: CInt = 2
    private static let modify: CInt = 3

    private typealias Create = @convention(c) (CInt) -> CInt
    private typealias Control = @convention(c) (CInt, CInt, CInt, UnsafeMutableRawPointer?) -> CInt
    private typealias Wait = @convention(c) (CInt, UnsafeMutableRawPointer?, CInt, CInt) -> CInt
    private typealias FineWait =
        @convention(c) (
            CInt, UnsafeMutableRawPointer?, CInt, UnsafePointer<timespec>?, UnsafeRawPointer?
        ) -> CInt
    private typealias EventDescriptor = @convention(c) (CUnsignedInt, CInt) -> CInt

    private let controlFunction: Control
    private let waitFunction: Wait
    /// Waits with nanosecond timeouts. It needs Linux 5.11, glibc 2.35, and a system call filter that allows it.
    private let fineWaitFunction: FineWait?
    let descriptor: CInt
    let wakeDescriptor: CInt

    init() throws(ReactorError) {
        let create: Create = try Self.symbol("epoll_create1")
        let eventDescriptor: EventDescriptor = try Self.symbol("eventfd")
        controlFunction = try Self.symbol("epoll_ctl")
        waitFunction = try Self.symbol("epoll_wait")
        let fineWait: FineWait? = try? Self.symbol("epoll_pwait2")

        let created = create(Self.closeOnExec)
        descriptor = created
        guard created >= 0 else { throw .system(call: "epoll_create1", errno: errno) }
        var atOnce = timespec()
        let isSupported = fineWait.map { wait in
            // Nothing is watched yet, so the call only shows whether the kernel supports it.
            withUnsafeTemporaryAllocation(byteCount: Self.eventSize, alignment: 8) { event in
                wait(created, event.baseAddress, 1, &atOnce, nil) == 0
            }
        }
        fineWaitFunction = isSupported == true ? fineWait : nil
        wakeDescriptor = eventDescriptor(0, Self.closeOnExec | Self.nonBlocking)
        guard wakeDescriptor >= 0 else {
            let code = errno
            Glibc.close(descriptor)
            throw .system(call: "eventfd", errno: code)
        }
    }

    func close() {
        Glibc.close(wakeDescriptor)
        Glibc.close(descriptor)
    }

    /// Makes a `wait` on any thread return. The eventfd is watched edge-triggered, so it need not be read.
    func wake() {
        var one: UInt64 = 1
        // It fails only at a count of 2^64 - 2, and then the thread is awake anyway.
        _ = write(wakeDescriptor, &one, MemoryLayout<UInt64>.size)
    }

    func add(_ descriptor: CInt, mask: UInt32, token: UInt64) throws(ReactorError) {
        try control(Self.add, descriptor, mask: mask, token: token)
    }

    func change(_ descriptor: CInt, mask: UInt32, token: UInt64) throws(ReactorError) {
        try control(Self.modify, descriptor, mask: mask, token: token)
    }

    func remove(_ descriptor: CInt) throws(ReactorError) {
        try control(Self.delete, descriptor, mask: 0, token: 0)
    }

    /// Fills `events` and returns their number: 0 after `timeout` or on a signal.
    /// - Parameter timeout: in nanoseconds; nil waits without a limit.
    func wait(into events: UnsafeMutableRawBufferPointer, timeout: Int64?) -> Int {
        let capacity = CInt(events.count / Self.eventSize)
        let count: CInt
        if let fineWaitFunction, let timeout {
            var time = timespec(tv_sec: Int(timeout / 1_000_000_000), tv_nsec: Int(timeout % 1_000_000_000))
            count = fineWaitFunction(descriptor, events.baseAddress, capacity, &time, nil)
        } else {
            // Rounded up: rounding down would make the loop spin in a timer's last millisecond.
            let milliseconds = timeout.map { CInt(clamping: ($0 + 999_999) / 1_000_000) } ?? -1
            count = waitFunction(descriptor, events.baseAddress, capacity, milliseconds)
        }
        if count < 0 {
            precondition(errno == EINTR, "epoll_wait failed with errno \(errno)")
            return 0
        }
        return Int(count)
    }

    static func event(_ index: Int, in events: UnsafeMutableRawBufferPointer) -> Event {
        let offset = index * eventSize
        return Event(
            mask: events.loadUnaligned(fromByteOffset: offset, as: UInt32.self),
            token: events.loadUnaligned(fromByteOffset: offset + tokenOffset, as: UInt64.self)
        )
    }

    private func control(_ operation: CInt, _ descriptor: CInt, mask: UInt32, token: UInt64) throws(ReactorError) {
        let failure: CInt? = withUnsafeTemporaryAllocation(byteCount: Self.eventSize, alignment: 8) { event in
            event.storeBytes(of: mask, toByteOffset: 0, as: UInt32.self)
            event.storeBytes(of: token, toByteOffset: Self.tokenOffset, as: UInt64.self)
            return controlFunction(self.descriptor, operation, descriptor, event.baseAddress) == 0 ? nil : errno
        }
        if let failure { throw .system(call: "epoll_ctl", errno: failure) }
    }

    private static func symbol<Function>(_ name: String) throws(ReactorError) -> Function {
        guard let address = dlsym(nil, name) else { throw .system(call: name, errno: ENOSYS) }
        return unsafeBitCast(address, to: Function.self)
    }
}
