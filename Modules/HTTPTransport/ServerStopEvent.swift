/// Tells a connection that the server stops now: it cancels its requests and closes.
struct ServerStopEvent: Sendable {}
