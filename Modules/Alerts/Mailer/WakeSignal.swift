import Reactor
import Synchronization

/// Lets one task wait until somebody rings or time has passed. A ring while nobody waits is kept for the next wait.
final class WakeSignal: Sendable {
    private enum State {
        case silent
        case rung
        case waiting(CheckedContinuation<Void, Never>)
    }

    private let state = Mutex(State.silent)

    func ring() {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard case .waiting(let waiter) = state else {
                state = .rung
                return nil
            }
            state = .silent
            return waiter
        }
        waiter?.resume()
    }

    /// Returns when the bell rings, or after the time, or when the task is cancelled.
    func wait(upTo limit: Duration, on reactor: Reactor) async {
        // It may fire before anybody waits; then the next wait is over at once, and a stray look costs little.
        let timer = reactor.schedule(after: limit) { [self] in ring() }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let goesOn = state.withLock { state in
                    guard case .rung = state else {
                        state = .waiting(continuation)
                        return false
                    }
                    state = .silent
                    return true
                }
                if goesOn { continuation.resume() }
            }
        } onCancel: {
            ring()
        }
        timer.cancel()
    }
}
