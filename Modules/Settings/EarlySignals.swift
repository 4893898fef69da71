internal import Glibc

/// From now on SIGTERM and SIGINT end the program at once with status 0, as long as it does not handle them itself.
///
/// For a program's first moments: nothing is in flight yet, and without this a supervisor that stops what it has just
/// started sees a death by signal.
public func endQuietlyOnEarlySignals() {
    for number in [SIGTERM, SIGINT] {
        signal(number) { _ in _exit(0) }
    }
}
