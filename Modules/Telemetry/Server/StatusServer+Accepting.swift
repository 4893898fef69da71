internal import Glibc
internal import Logging
internal import Reactor

extension StatusServer {
    /// Takes what waits in the backlog, as far as there is room.
    func acceptConnections() {
        while let listener, !isAcceptPaused, connections.count < limits.connections {
            switch accept(listener) {
            case .done(let descriptor):
                hasWarnedOfAccept = false
                open(Int32(descriptor))
            case .wouldBlock: return
            case .failed(let code) where Self.isPeersFault(code): continue
            case .failed(let code): pauseAccepting(code)
            }
        }
        // Level-triggered: while no connection is accepted, a watched listener would wake the reactor again and again.
        chooseAccepting()
    }

    /// Watches the listener only while there is room for another connection.
    func chooseAccepting() {
        guard let listener else { return }
        let hasRoom = !isAcceptPaused && connections.count < limits.connections
        reactor.change(listener, to: hasRoom ? .read : [])
    }

    private func open(_ descriptor: Int32) {
        lastConnection += 1
        let id = lastConnection
        let connection = StatusConnection(id: id, descriptor: descriptor, headBytes: limits.headBytes)
        do throws(ReactorError) {
            try reactor.watch(descriptor, for: .read) { [weak self] readiness in
                self?.assumeIsolated { $0.isReady(id, readiness) }
            }
        } catch {
            StatusSocket.close(descriptor)
            return
        }
        connections[id] = connection
        setDeadline(limits.headTime, on: connection)
    }

    /// Out of descriptors or memory: the connection stays in the backlog, and trying again at once would only spin.
    private func pauseAccepting(_ code: Int32) {
        if !hasWarnedOfAccept {
            hasWarnedOfAccept = true
            logger.warning("cannot accept connections", metadata: ["cause": "\(String(cString: strerror(code)))"])
        }
        isAcceptPaused = true
        reactor.schedule(after: limits.acceptPause) { [weak self] in
            self?.assumeIsolated {
                $0.isAcceptPaused = false
                $0.acceptConnections()
            }
        }
    }

    /// Errors of the connection that was to be accepted, which is gone with them (`man 2 accept`).
    private static func isPeersFault(_ code: Int32) -> Bool {
        let codes = [
            ECONNABORTED, EPROTO, ENOPROTOOPT, ENETDOWN, ENETUNREACH, EHOSTDOWN, EHOSTUNREACH, ENONET, EOPNOTSUPP,
            ETIMEDOUT,
        ]
        return codes.contains(code)
    }
}
