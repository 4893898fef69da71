import AsyncHTTPClient
import Foundation
import Glibc
import NIOCore
import NIOHTTP1
import TestSupport

/// A Chromium driven through WebDriver (W3C), with its own chromedriver.
final class Browser: Sendable {
    /// The user's machine.
    struct Machine: Sendable {
        var isDark = false
        /// CSS pixels; nil for a desktop's window.
        var phone: (width: Int, height: Int)?

        static let desktop = Machine()
        static let dark = Machine(isDark: true)
        static let phone = Machine(phone: (360, 740))
        static let darkPhone = Machine(isDark: true, phone: (360, 740))
    }

    private let driver: Child
    private let http: HTTPClient
    private let url: String

    private init(driver: Child, http: HTTPClient, url: String) {
        self.driver = driver
        self.http = http
        self.url = url
    }

    /// Runs a body with a browser without sessions; it ends with the body.
    static func with<Value>(
        _ stage: Stage, _ machine: Machine = .desktop, _ body: (Browser) async throws -> Value
    ) async throws -> Value {
        let browser = try await start(stage, machine)
        do {
            let value = try await body(browser)
            await browser.end()
            return value
        } catch {
            await browser.screenshot("failure-\(UInt32.random(in: 0...UInt32.max))")
            await browser.end()
            throw error
        }
    }

    private static func start(_ stage: Stage, _ machine: Machine) async throws -> Browser {
        let driver = try Child(
            environment("TEST_CHROMEDRIVER") ?? "chromedriver", ["--port=0"],
            environment: ["HOME": stage.folder.path, "TMPDIR": stage.folder.path], in: stage.folder)
        do {
            var port: Int?
            try await eventually("chromedriver listens") {
                if let end = driver.end { throw Failure("chromedriver ended with \(end): \(driver.errorOutput)") }
                let words = "started successfully on port "
                port = driver.output.components(separatedBy: words).dropFirst().first
                    .flatMap { Int($0.prefix { $0.isNumber }) }
                return port != nil
            }
            let url = "http://127.0.0.1:\(port ?? 0)"
            let answer = try await call(stage.http, url + "/session", capabilities(machine, stage.folder))
            guard let session = answer["sessionId"].text else { throw Failure("no session: \(answer)") }
            let browser = Browser(driver: driver, http: stage.http, url: "\(url)/session/\(session)")
            if machine.isDark {
                let dark: JSON = ["name": "prefers-color-scheme", "value": "dark"]
                try await browser.devtools("Emulation.setEmulatedMedia", ["features": [dark]])
            }
            return browser
        } catch {
            await driver.kill()
            throw error
        }
    }

    private static func capabilities(_ machine: Machine, _ folder: TemporaryFolder) -> JSON {
        // Chromium's sandbox is unavailable to root and in containers, and only our own pages are opened.
        var arguments: [JSON] = [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1280,900",
        ]
        arguments.append(.string("--user-data-dir=\(folder.path)/chromium.\(UInt32.random(in: 0...UInt32.max))"))
        var options: [String: JSON] = ["args": .array(arguments)]
        if let phone = machine.phone {
            let metrics: JSON = ["width": .integer(phone.width), "height": .integer(phone.height), "pixelRatio": 2]
            options["mobileEmulation"] = ["deviceMetrics": metrics]
        }
        let wanted: JSON = [
            "browserName": "chrome", "goog:chromeOptions": .object(options), "goog:loggingPrefs": ["browser": "ALL"],
            "timeouts": ["script": 60_000],
        ]
        return ["capabilities": ["alwaysMatch": wanted]]
    }

    private func end() async {
        // Killing the driver would leave its browser running.
        _ = try? await Self.call(http, url, nil, .DELETE)
        driver.send(SIGTERM)
        if (try? await driver.waitForEnd(within: .seconds(10))) == nil { await driver.kill() }
    }

    // MARK: Pages

    func open(_ address: String) async throws { try await post("/url", ["url": .string(address)]) }

    /// Returns the result of a script.
    @discardableResult
    func run(_ script: String, _ arguments: JSON...) async throws -> JSON {
        try await post("/execute/sync", ["script": .string(script), "args": .array(arguments)])
    }

    /// Returns the value of a script's promise.
    func promise(_ promise: String) async throws -> JSON {
        let script = "const done = arguments[arguments.length - 1]; (\(promise)).then(done, (e) => done(String(e)))"
        return try await post("/execute/async", ["script": .string(script), "args": []])
    }

    /// The text of the first element that a selector finds; nil without one.
    func text(_ selector: String) async throws -> String? {
        try await run("return document.querySelector(arguments[0])?.innerText ?? null", .string(selector)).text
    }

    func path() async throws -> String? { try await run("return location.pathname").text }

    /// Clicks as a user does: a covered or unreachable element fails the test.
    func click(_ selector: String) async throws {
        try await post("/element/\(try await element(selector))/click", [:])
    }

    func type(_ text: String, into selector: String) async throws {
        try await post("/element/\(try await element(selector))/value", ["text": .string(text)])
    }

    private func element(_ selector: String) async throws -> String {
        let found = try await post("/element", ["using": "css selector", "value": .string(selector)])
        // The key under which WebDriver returns elements.
        guard let id = found["element-6066-11e4-a52e-4f735466cecf"].text else { throw Failure("no \(selector)") }
        return id
    }

    /// Sets the window's width in CSS pixels; below 600 it emulates a phone.
    func resize(to width: Int) async throws {
        try await devtools(
            "Emulation.setDeviceMetricsOverride",
            ["width": .integer(width), "height": 900, "deviceScaleFactor": 1, "mobile": .bool(width < 600)])
    }

    /// Waits until a script returns true.
    func waits(for what: String, _ condition: String) async throws {
        try await eventually(what) { try await run("return Boolean(\(condition))") == true }
    }

    // MARK: Looking

    /// Saves a screenshot of the whole page for people.
    func screenshot(_ name: String) async {
        let folder = environment("TEST_SCREENSHOTS") ?? NSTemporaryDirectory() + "screenshots"
        try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        guard let answer = try? await devtools("Page.captureScreenshot", ["captureBeyondViewport": true]),
            let data = answer["data"].text.flatMap({ Data(base64Encoded: $0) })
        else { return }
        try? data.write(to: URL(fileURLWithPath: "\(folder)/\(name).png"))
    }

    /// The console's messages since the last call.
    func console() async throws -> [String] {
        try await post("/se/log", ["type": "browser"]).array.map { "\($0["level"].text ?? ""): \($0["message"])" }
    }

    @discardableResult
    func devtools(_ command: String, _ parameters: JSON) async throws -> JSON {
        try await post("/goog/cdp/execute", ["cmd": .string(command), "params": parameters])
    }

    // MARK: Calls

    @discardableResult
    private func post(_ path: String, _ body: JSON) async throws -> JSON {
        try await Self.call(http, url + path, body)
    }

    private static func call(
        _ http: HTTPClient, _ url: String, _ body: JSON?, _ method: HTTPMethod = .POST
    ) async throws -> JSON {
        var request = HTTPClientRequest(url: url)
        request.method = method
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(body.bytes)
        }
        let response = try await http.execute(request, timeout: .seconds(90))
        let bytes = Array(try await response.body.collect(upTo: 64 << 20).readableBytesView)
        let value = JSON(parsing: bytes)["value"]
        guard response.status == .ok else {
            throw Failure("\(url): \(value["error"]) \(value["message"].text?.prefix(400) ?? "")")
        }
        return value
    }
}
