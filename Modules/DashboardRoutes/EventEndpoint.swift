import Credentials
import HTTPCore
import HTTPTypes
import NIOCore
import Synchronization
import UseCases

/// The stream of changes for one page (server-sent events, HTML Living Standard, section 9.2). An event says only that
/// something has changed; the page fetches the new content under its own session.
struct EventEndpoint: Sendable {
    /// The longest silence on the stream, so that either side notices a dead connection.
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
        let viewer: PageRenderer.Viewer
        do throws(AuthenticationFailure) {
            viewer = try await renderer.viewer(request.headers)
        } catch {
            throw Problem(error)
        }
        guard viewer.principal.allows(.read) else { throw Problem.forbidden(.read) }
        guard let listener = renderer.feed.listen() else {
            throw Problem.retry(.systemBusy, "Too many pages listen already.", afterSeconds: 10)
        }
        var response = APIResponse(
            .ok,
            headers: [
                .contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-store",
                // Without this, nginx would buffer the events.
                .accelBuffering: "no",
            ])
        response.stream = stream(listener, request.headers)
        return response
    }

    private func stream(_ listener: ChangeFeed.Listener, _ headers: HTTPFields) -> AnswerStream {
        let lastSentAt = Mutex<ContinuousClock.Instant?>(nil)
        return AnswerStream {
            // Send the first piece at once, so that the browser knows the stream is open.
            if lastSentAt.withLock({ $0 == nil }) {
                lastSentAt.withLock { $0 = .now }
                return Self.text("event: beat\ndata:\n\n")
            }
            while let event = await listener.next() {
                // An ended session gets no more events; the page's next request leads to the sign-in form.
                guard await isSignedIn(headers) else { return nil }
                let isRecent = lastSentAt.withLock { moment in
                    moment.map { ContinuousClock.now - $0 < Self.heartbeat } ?? false
                }
                if event == .heartbeat, isRecent { continue }
                lastSentAt.withLock { $0 = .now }
                return Self.text(event)
            }
            return nil
        }
    }

    private func isSignedIn(_ headers: HTTPFields) async -> Bool {
        do throws(AuthenticationFailure) {
            _ = try await renderer.viewer(headers)
            return true
        } catch .unauthorized {
            return false
        } catch {
            // The session cannot be checked during an outage, which does not end it.
            return true
        }
    }

    private static func text(_ event: ChangeFeed.Event) -> ByteBuffer {
        switch event {
        case .change(let number): text("event: change\ndata: \(number)\n\n")
        case .outage: text("event: outage\ndata:\n\n")
        case .heartbeat: text("event: beat\ndata:\n\n")
        }
    }

    private static func text(_ text: String) -> ByteBuffer { ByteBuffer(string: text) }
}
