import Credentials
import HTTPCore
import HTTPTypes
import NIOCore
import Synchronization
import UseCases

/// The stream of changes for one page (server-sent events, HTML Living Standard, section 9.2). It says that something has
/// changed and not what: the page asks for that under its own session.
struct EventEndpoint: Sendable {
    /// Between two words to a browser, so that either side notices when the line is dead.
    private static let heartbeat = Duration.seconds(10)

    let renderer: PageRenderer

    var endpoints: [Endpoint] {
        [
            Endpoint(
                .get, "/dashboard/events", scope: nil, isLongLived: true, summary: "Tells that something has changed",
                handler: events)
        ]
    }

    @Sendable private func events(_ request: APIRequest) async throws -> APIResponse {
        let visitor: PageRenderer.Visitor
        do throws(AuthenticationFailure) {
            visitor = try await renderer.visitor(request.headers)
        } catch {
            throw Problem(error)
        }
        guard visitor.principal.allows(.read) else { throw Problem.forbidden(.read) }
        guard let listener = renderer.feed.listen() else {
            throw Problem.retry(.systemBusy, "Too many pages listen already.", afterSeconds: 10)
        }
        var response = APIResponse(
            .ok,
            headers: [
                .contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-store",
                // nginx would gather what must arrive at once.
                .accelBuffering: "no",
            ])
        response.stream = stream(listener, request.headers)
        return response
    }

    private func stream(_ listener: ChangeFeed.Listener, _ headers: HTTPFields) -> AnswerStream {
        let spokeAt = Mutex<ContinuousClock.Instant?>(nil)
        return AnswerStream {
            // The first piece at once, so that the browser knows that it is heard.
            if spokeAt.withLock({ $0 == nil }) {
                spokeAt.withLock { $0 = .now }
                return Self.text("event: beat\ndata:\n\n")
            }
            while let event = await listener.next() {
                // A session that has ended hears nothing more; a page that asks is told to sign in.
                guard await isSignedIn(headers) else { return nil }
                let isQuiet = spokeAt.withLock { moment in
                    moment.map { ContinuousClock.now - $0 < Self.heartbeat } ?? false
                }
                if event == .beat, isQuiet { continue }
                spokeAt.withLock { $0 = .now }
                return Self.text(event)
            }
            return nil
        }
    }

    private func isSignedIn(_ headers: HTTPFields) async -> Bool {
        do throws(AuthenticationFailure) {
            _ = try await renderer.visitor(headers)
            return true
        } catch .unauthorized {
            return false
        } catch {
            // Nobody can be asked at the moment: that ends nothing.
            return true
        }
    }

    private static func text(_ event: ChangeFeed.Event) -> ByteBuffer {
        switch event {
        case .change(let number): text("event: change\ndata: \(number)\n\n")
        case .outage: text("event: outage\ndata:\n\n")
        case .beat: text("event: beat\ndata:\n\n")
        }
    }

    private static func text(_ text: String) -> ByteBuffer { ByteBuffer(string: text) }
}
