import Reactor
import Synchronization

/// Lets one task wait until a signal or a timeout. A signal that finds no waiting task is kept for the next wait.
final class WakeSignal: Sendable {
    private enum State {
        case idle
        case signalled
        case waiting(CheckedContinuation<Void, Never>)
    }

    private let state = Mutex(State.idle)

    func signal() {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard case .waiting(let waiter) = state else {
                state = .signalled
                return nil
            }
            state = .idle
            return waiter
        }
        waiter?.resume()
    }

    /// Returns after a signal, after the limit, or when the task is cancelled.
    func wait(upTo limit: Duration, on reactor: Reactor) async {
        // The timer may fire before the task waits; then the next wait ends at once, and one extra pass costs little.
        let timer = reactor.schedule(after: limit) { [self] in signal() }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isSignalled = state.withLock { state in
                    guard case .signalled = state else {
                        state = .waiting(continuation)
                        return false
                    }
                    state = .idle
                    return true
                }
                if isSignalled { continuation.resume() }
            }
        } onCancel: {
            signal()
        }
        timer.cancel()
    }
}
