import Domain
import Reactor
import Synchronization
import TestSupport
import UseCases

/// A mail server that a test plays.
final class ScriptedTransport: EmailTransport {
    typealias Script = @Sendable (Email, [String]) async -> DeliveryReport

    private struct State {
        var sent: [Email] = []
        var tries = 0
        var probes = 0
        var script: Script
        var probe: DeliveryReport.Delay?
        var hangsInProbes = false
    }

    private let state: Mutex<State>

    /// Takes everything unless told otherwise.
    init(_ script: @escaping Script = { _, recipients in DeliveryReport(delivered: recipients) }) {
        state = Mutex(State(script: script))
    }

    func play(probe: DeliveryReport.Delay? = nil, _ script: @escaping Script) {
        state.withLock { state in
            state.script = script
            state.probe = probe
        }
    }

    /// Probes end when their task is cancelled, as libcurl's do.
    func hangInProbes() { state.withLock { $0.hangsInProbes = true } }

    /// Those that somebody took, in order.
    var sent: [Email] { state.withLock { $0.sent } }
    var tries: Int { state.withLock { $0.tries } }
    var probes: Int { state.withLock { $0.probes } }

    func send(_ email: Email, to recipients: [String]) async -> DeliveryReport {
        let script = state.withLock { state in
            state.tries += 1
            return state.script
        }
        let report = await script(email, recipients)
        if !report.delivered.isEmpty { state.withLock { $0.sent.append(email) } }
        return report
    }

    func probe() async -> DeliveryReport.Delay? {
        let (probe, hangs) = state.withLock { state in
            state.probes += 1
            return (state.probe, state.hangsInProbes)
        }
        while hangs, !Task.isCancelled { await TestDatabase.reactor.sleep(for: .seconds(60)) }
        return probe
    }
}
