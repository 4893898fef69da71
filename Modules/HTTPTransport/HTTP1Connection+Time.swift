import Metrics
import NIOCore

/// How long a caller may take.
extension HTTP1Connection {
    func check(_ now: NIODeadline) {
        guard !isAnswerSlow(now) else {
            service.metrics.slowReaders.increment()
            return close()
        }
        switch phase {
        case .receiving, .dropping:
            if !mayRead || heldRead { bodyPace.restart(now, at: bodyBytes) }
            let isSlow = bodyPace.isTooSlow(
                now, count: bodyBytes, bytes: limits.bodyBytesPerWindow, in: TimeAmount(limits.rateWindow))
            guard isSlow || now >= phaseStart + TimeAmount(limits.bodyTime) else { return }
            service.metrics.slowBodies.increment()
            close()
        case .answering where exchange?.isLate(now) ?? false:
            isPersistent = false
            exchange?.answerLate()
        case .lingering where now >= phaseStart + TimeAmount(limits.lingerTime) && waitingBytes == 0:
            close()
        case .idle, .gathering, .answering, .lingering, .closed: break
        }
    }

    var isSending: Bool { waitingBytes > 0 }

    /// Of answers, given to the channel and not yet taken by the socket.
    var waitingBytes: Int {
        (try? context?.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }

    func isAnswerSlow(_ now: NIODeadline) -> Bool {
        let waiting = waitingBytes
        let sent = writtenBytes - waiting
        guard waiting > 0 else {
            answerPace.restart(now, at: sent)
            return false
        }
        return answerPace.isTooSlow(
            now, count: sent, bytes: min(limits.answerBytesPerWindow, waiting), in: TimeAmount(limits.rateWindow))
    }
}
