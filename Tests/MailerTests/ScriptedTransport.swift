import Domain
import Reactor
import Synchronization
import TestSupport
import UseCases

/// A mail server scripted by a test.
final class ScriptedTransport: EmailTransport {
    typealias Script = @Sendable (Email, [String]) async -> DeliveryReport

    private struct State {
        var sent: [Email] = []
        var attempts = 0
        var probes = 0
        var script: Script
        var probe: DeliveryReport.Delay?
        var hangsInProbes = false
    }

    private let state: Mutex<State>

    /// Accepts everything by default.
    init(_ script: @escaping Script = { _, recipients in DeliveryReport(delivered: recipients) }) {
        state = Mutex(State(script: script))
    }

    func script(probe: DeliveryReport.Delay? = nil, _ script: @escaping Script) {
        state.withLock { state in
            state.script = script
            state.probe = probe
        }
    }

    /// Makes probes block until their task is cancelled, as libcurl's do.
    func hangInProbes() { state.withLock { $0.hangsInProbes = true } }

    /// Emails that at least one recipient accepted, in order.
    var sent: [Email] { state.withLock { $0.sent } }
    var attempts: Int { state.withLock { $0.attempts } }
    var probes: Int { state.withLock { $0.probes } }

    func send(_ email: Email, to recipients: [String]) async -> DeliveryReport {
        let script = state.withLock { state in
            state.attempts += 1
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
