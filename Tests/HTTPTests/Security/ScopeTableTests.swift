import Credentials
import Foundation
import HTTPTypes
import Logging
import NIOCore
import Synchronization
import Testing
import UseCases

@testable import HTTPCore

/// Every route of the server × every kind of caller.
@Suite("Routes and scopes")
struct ScopeTableTests {
    /// The scope that a request other than GET needs, by route. It is repeated here, because the endpoints' own scopes are
    /// what is tested.
    private static let sections: [(prefix: String, scope: Scope)] = [
        ("/api/v1/products", .catalogWrite), ("/api/v1/warehouses", .catalogWrite),
        ("/api/v1/inventory/{sku}/{warehouse_code}", .catalogWrite),
        ("/api/v1/import/products", .catalogWrite), ("/api/v1/import/warehouses", .catalogWrite),
        ("/api/v1/import/stock", .stockWrite), ("/api/v1/inventory/", .stockWrite),
        ("/api/v1/reservations", .reservationsWrite), ("/api/v1/alerts", .procurementWrite),
        ("/api/v1/purchase-order-suggestions", .procurementWrite),
    ]

    /// The required scope; nil for an open route.
    private static func needed(_ method: HTTPRequest.Method, _ path: String) throws -> Scope? {
        if path.hasPrefix("/health/") { return nil }
        // Open on loopback only; these requests come from elsewhere.
        guard path.hasPrefix("/api/v1/") else { return .read }
        if method == .get { return .read }
        return try #require(sections.first { path.hasPrefix($0.prefix) }?.scope, "\(path) is in no section")
    }

    private enum Caller: CustomStringConvertible {
        case anonymous
        case rejected(String)
        /// A key with this scope only.
        case holder(Scope)

        var description: String {
            switch self {
            case .anonymous: "no key"
            case .rejected(let what): what
            case .holder(let scope): scope.rawValue
            }
        }
    }

    /// The server's routes, each with a handler that only records its actor.
    private struct Routes {
        private final class ActorLog: Sendable {
            let actors = Mutex<[String]>([])
        }

        let endpoints: [Endpoint]
        private let log: ActorLog

        init() {
            let log = ActorLog()
            self.log = log
            endpoints = makeAPI().map { endpoint in
                Endpoint(
                    endpoint.method, endpoint.path, scope: endpoint.scope, body: endpoint.body,
                    summary: endpoint.summary
                ) { request in
                    log.actors.withLock { $0.append(request.actor) }
                    return APIResponse(.noContent)
                }
            }
        }

        /// The actors since the last call.
        func takeActors() -> [String] {
            log.actors.withLock { actors in
                defer { actors = [] }
                return actors
            }
        }
    }

    @Test("each route admits callers with its scope, and refuses all others with the right error")
    func table() async throws {
        var keys = FakeKeys()
        var callers: [(Caller, HTTPFields)] = [(.anonymous, [:])]
        callers += [
            (.rejected("bad key"), .bearer("inv_nonsense")),
            (.rejected("unknown key"), .bearer(FakeKeys.secret().text)),
            (.rejected("expired key"), .bearer(try keys.add("late", Set(Scope.allCases), hasExpired: true))),
            (.rejected("revoked key"), .bearer(try keys.add("gone", Set(Scope.allCases), isRevoked: true))),
        ]
        for scope in Scope.allCases {
            callers.append((.holder(scope), .bearer(try keys.add(scope.rawValue, [scope]))))
        }
        let routes = Routes()
        let log = RecordingLog()
        let pipeline = RequestPipeline(
            routes.endpoints, authenticator: keys.authenticator,
            metrics: RequestMetrics(factory: RecordingMetrics()), logger: Logger(label: "test") { _ in log })

        var combinations = 0
        for endpoint in routes.endpoints {
            let needed = try Self.needed(endpoint.method, endpoint.path.description)
            let path = endpoint.path.description.replacing(/\{\w+\}/) { _ in "x" }
            for (caller, headers) in callers {
                combinations += 1
                let what = "\(endpoint.method) \(endpoint.path) by \(caller)"
                let head = HTTPRequest(
                    method: endpoint.method, scheme: nil, authority: nil, path: path, headerFields: headers)
                let answer = try await pipeline.respond(to: head, body: EmptyBody())
                let actors = routes.takeActors()
                switch (needed, caller) {
                case (nil, _):
                    #expect(answer.status == .noContent && actors == [""], "\(what)")
                case (let needed?, .holder(let scope)) where scope == needed || scope == .admin:
                    #expect(answer.status == .noContent && actors == [scope.rawValue], "\(what)")
                case (let needed?, .holder):
                    #expect(answer.status == .forbidden && actors.isEmpty, "\(what): \(answer.status)")
                    try expect(answer, "forbidden", what)
                    #expect(members(answer)["required_scope"] as? String == needed.rawValue, "\(what)")
                case (_?, _):
                    #expect(answer.status == .unauthorized && actors.isEmpty, "\(what): \(answer.status)")
                    try expect(answer, "unauthorized", what)
                    #expect(answer.headers[.wwwAuthenticate] == "Bearer", "\(what)")
                }
            }
        }
        #expect(combinations == routes.endpoints.count * 11 && routes.endpoints.count >= 30)
        // No log line contains a key or a part of one.
        let lines = log.lines.all.joined(separator: "\n")
        for (_, headers) in callers {
            guard let key = headers[.authorization]?.split(separator: "_").last, key.count == 64 else { continue }
            #expect(!lines.contains(key.prefix(8)))
        }
        #expect(lines.contains("the key of late has expired") && lines.contains("the key of gone was revoked"))
    }

    private func members(_ answer: APIResponse) -> [String: Any] {
        let text = answer.body.map { String(buffer: $0) } ?? ""
        return (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any] ?? [:]
    }

    private func expect(_ answer: APIResponse, _ code: String, _ what: String) throws {
        let members = members(answer)
        #expect(answer.headers[.contentType] == "application/problem+json", "\(what)")
        #expect(members["code"] as? String == code, "\(what)")
        #expect(members["status"] as? Int == answer.status.code, "\(what)")
        for member in ["type", "title", "detail", "request_id"] {
            #expect(members[member] is String, "\(what): \(member)")
        }
    }
}
