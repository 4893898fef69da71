import Foundation
import TestSupport
import Testing

extension Browser {
    /// Signs in with the form and waits for the overview.
    func signIn(_ server: APIProcess, _ key: String) async throws {
        try await open(server.url + "/dashboard/sign-in")
        try await type(key, into: "#key")
        try await click("main button[type=submit]")
        try await waits(for: "the overview", "document.querySelector('#figures')")
        try await isLive()
    }

    /// Waits until the page receives events, so that it sees the next change.
    func isLive() async throws {
        try await waits(for: "the page is live", "document.getElementById('live').dataset.state === 'on'")
    }

    /// A tile's figure.
    func figure(_ id: String) async throws -> String? { try await text("[data-figure=\(id)]") }

    /// Marks the page, so that a test can tell whether it was reloaded.
    func mark() async throws { try await run("window.isMarked = true") }

    var isMarked: Bool { get async throws { try await run("return window.isMarked === true") == true } }

    /// Fails the test for every console message except those that the test provokes.
    func expectQuietConsole(but expected: String = "–") async throws {
        let lines = try await console().filter { !$0.contains(expected) }
        #expect(lines.isEmpty, "\(lines)")
    }

    /// The accessibility violations that axe-core finds on the current page.
    func violations() async throws -> [String] {
        guard let path = environment("TEST_AXE"), let axe = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw Failure("TEST_AXE names no axe.min.js")
        }
        try await run(axe)
        let rules = #"["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]"#
        let found = try await promise(
            """
            axe.run(document, { runOnly: \(rules) }).then((result) => result.violations.map((violation) =>
                violation.id + ": " + violation.nodes.map((node) => node.html.slice(0, 200)).join(" | ")))
            """)
        guard case .array(let violations) = found else { throw Failure("axe: \(found)") }
        return violations.compactMap(\.text)
    }
}
