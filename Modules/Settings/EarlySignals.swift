internal import Glibc

/// Makes SIGTERM and SIGINT end the program at once with status 0, until it installs its own handlers.
///
/// For use at the very start, when nothing is in flight yet: otherwise a supervisor that stops a program right after
/// starting it would see a death by signal.
public func endQuietlyOnEarlySignals() {
    for number in [SIGTERM, SIGINT] {
        signal(number) { _ in _exit(0) }
    }
}
