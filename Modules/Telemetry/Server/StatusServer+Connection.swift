internal import Reactor

extension StatusServer {
    /// The socket can be read or written, or has failed.
    func isReady(_ id: Int, _ readiness: Reactor.Readiness) {
        guard let connection = connections[id] else { return }
        switch connection.phase {
        case .reading(let reader): read(reader, on: connection)
        case .answering:
            // The peer is gone and cannot take the answer. A peer that only stopped sending is not reported here.
            if readiness.contains(.failed) { close(connection) }
        case .writing(let bytes, let sent): write(bytes, sent: sent, on: connection)
        case .lingering(let dropped): drop(dropped, on: connection)
        }
    }

    /// Reads one piece per turn; the reactor calls again if there is more.
    private func read(_ reader: StatusHeadReader, on connection: StatusConnection) {
        let count: Int
        switch receive(connection) {
        case .done(let received): count = received
        case .wouldBlock: return
        case .failed: return close(connection)
        }
        guard count > 0 else {
            return reader.isEmpty ? close(connection) : send(.refusal(.badRequest), on: connection)
        }
        var reader = reader
        do throws(StatusRefusal) {
            if let request = try reader.append(buffer[..<count]) {
                clearDeadline(of: connection)
                connection.phase = .answering
                reactor.change(connection.descriptor, to: [])
                answer(request, on: connection)
            } else {
                connection.phase = .reading(reader)
            }
        } catch {
            send(.refusal(error), on: connection)
        }
    }

    func send(_ answer: StatusAnswer, withBody: Bool = true, on connection: StatusConnection) {
        setDeadline(limits.answerTime, on: connection)
        write(answer.bytes(withBody: withBody, date: .now()), sent: 0, on: connection)
    }

    private func write(_ bytes: [UInt8], sent: Int, on connection: StatusConnection) {
        var sent = sent
        while sent < bytes.count {
            let outcome = bytes.withUnsafeBytes { bytes in
                StatusSocket.send(connection.descriptor, UnsafeRawBufferPointer(rebasing: bytes[sent...]))
            }
            switch outcome {
            case .done(let count): sent += count
            case .wouldBlock:
                connection.phase = .writing(bytes, sent: sent)
                return reactor.change(connection.descriptor, to: .write)
            case .failed: return close(connection)
            }
        }
        StatusSocket.finishSending(connection.descriptor)
        connection.phase = .lingering(dropped: 0)
        setDeadline(limits.lingerTime, on: connection)
        reactor.change(connection.descriptor, to: .read)
    }

    /// Drops what the peer sends until it closes, so that the answer reaches it.
    private func drop(_ dropped: Int, on connection: StatusConnection) {
        switch receive(connection) {
        case .done(let count) where count > 0 && dropped + count < limits.lingerBytes:
            connection.phase = .lingering(dropped: dropped + count)
        case .wouldBlock: break
        case .done, .failed: close(connection)
        }
    }

    private func receive(_ connection: StatusConnection) -> StatusSocket.Outcome {
        buffer.withUnsafeMutableBytes { StatusSocket.receive(connection.descriptor, into: $0) }
    }

    /// Closes the connection unless it comes to its next phase within this time.
    func setDeadline(_ time: Duration, on connection: StatusConnection) {
        clearDeadline(of: connection)
        let id = connection.id
        connection.deadline = reactor.schedule(after: time) { [weak self] in
            self?.assumeIsolated { server in
                if let connection = server.connections[id] { server.close(connection) }
            }
        }
    }

    private func clearDeadline(of connection: StatusConnection) {
        connection.deadline?.cancel()
        connection.deadline = nil
    }

    func close(_ connection: StatusConnection) {
        guard connections.removeValue(forKey: connection.id) != nil else { return }
        clearDeadline(of: connection)
        connection.task?.cancel()
        reactor.unwatch(connection.descriptor)
        StatusSocket.close(connection.descriptor)
        chooseAccepting()
        endIfDone()
    }
}
