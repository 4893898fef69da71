internal import Glibc

/// The system calls of a ``StatusServer``; every descriptor is non-blocking and closed on exec.
enum StatusSocket {
    /// What came of a call that does not wait.
    enum Outcome: Equatable {
        case done(Int)
        case wouldBlock
        case failed(errno: Int32)
    }

    /// Opens a listening socket.
    /// - Parameter port: 0 for any that is free.
    /// - Returns: the descriptor, which is the caller's to close, and the port that was bound.
    static func listen(host: String, port: Int, backlog: Int32) throws(StatusServerError) -> (Int32, port: Int) {
        var hints = addrinfo()
        // Literals only: a name could resolve to more than loopback, and resolving it blocks.
        hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, "\(port)", &hints, &found) == 0, let found else { throw .notAnAddress(host: host) }
        defer { freeaddrinfo(found) }
        func error(_ call: String) -> StatusServerError {
            .cannotListen(host: host, port: port, call: call, errno: errno)
        }
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(found.pointee.ai_family, kind, 0)
        guard descriptor >= 0 else { throw error("socket") }
        do throws(StatusServerError) {
            // Else a restart would find its port taken by its own closed connections for a minute.
            var on: Int32 = 1
            setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
            guard bind(descriptor, found.pointee.ai_addr, found.pointee.ai_addrlen) == 0 else { throw error("bind") }
            guard Glibc.listen(descriptor, backlog) == 0 else { throw error("listen") }
            guard let bound = boundPort(descriptor) else { throw error("getsockname") }
            return (descriptor, bound)
        } catch {
            close(descriptor)
            throw error
        }
    }

    private static func boundPort(_ descriptor: Int32) -> Int? {
        var address = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let code = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        guard code == 0 else { return nil }
        // The port stands at the same place in the addresses of both families.
        return withUnsafeBytes(of: &address) { bytes in
            let port = bytes.loadUnaligned(fromByteOffset: 2, as: in_port_t.self)
            return Int(UInt16(bigEndian: port))
        }
    }

    /// `.done` has the new descriptor.
    static func accept(_ listener: Int32) -> Outcome {
        guard let acceptFunction else { return .failed(errno: ENOSYS) }
        return outcome {
            acceptFunction(listener, nil, nil, Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue))
        }
    }

    /// `.done(0)` is the end of what the peer sends.
    static func receive(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer) -> Outcome {
        outcome { recv(descriptor, buffer.baseAddress, buffer.count, 0) }
    }

    /// `.done` has how many bytes were taken. A peer that went away is an error and never a SIGPIPE.
    static func send(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Outcome {
        outcome { Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL)) }
    }

    /// Tells the peer that no more will come.
    static func finishSending(_ descriptor: Int32) {
        shutdown(descriptor, Int32(SHUT_WR))
    }

    static func close(_ descriptor: Int32) {
        Glibc.close(descriptor)
    }

    private static func outcome<Result: BinaryInteger>(_ call: () -> Result) -> Outcome {
        while true {
            let result = call()
            if result >= 0 { return .done(Int(result)) }
            let code = errno
            if code == EINTR { continue }
            return code == EAGAIN || code == EWOULDBLOCK ? .wouldBlock : .failed(errno: code)
        }
    }

    private typealias Accept =
        @convention(c) (Int32, UnsafeMutableRawPointer?, UnsafeMutableRawPointer?, Int32) -> Int32

    /// A GNU extension that Swift's `Glibc` does not show; `accept` and `fcntl` would leave a moment in which a program
    /// started by another thread inherits the socket.
    private static let acceptFunction: Accept? = dlsym(nil, "accept4").map { unsafeBitCast($0, to: Accept.self) }
}
