/// How long a try may take. libcurl counts whole seconds where this says so.
public struct SMTPLimits: Hashable, Sendable {
    /// For the name, the connection, TLS, greeting and sign-in together. A server that does not greet in this time is
    /// not there for us now.
    public var opening: Duration
    /// For each answer; whole seconds, rounded up. Content checks after the message take servers seconds.
    public var answer: Duration
    /// For everything. Longer than a few slow answers, shorter than the claim on a digest is held by its owner.
    public var total: Duration
    /// A message that moves less than one byte a second for so long is given up; whole seconds, rounded up. Longer than
    /// ``answer``, because nothing moves while an answer is waited for.
    public var stall: Duration
    /// How long a connection may lie idle and still be used; whole seconds, rounded up. Servers close idle ones after
    /// minutes, firewalls forget them sooner.
    public var idle: Duration

    public init(
        opening: Duration = .seconds(10), answer: Duration = .seconds(30), total: Duration = .seconds(120),
        stall: Duration = .seconds(45), idle: Duration = .seconds(5)
    ) {
        self.opening = opening
        self.answer = answer
        self.total = total
        self.stall = stall
        self.idle = idle
    }
}

extension Duration {
    /// Rounded up, 1 at least: 0 would mean "no limit" or libcurl's own.
    var wholeSeconds: Int {
        let (seconds, rest) = components
        return max(1, Int(clamping: seconds) + (rest > 0 ? 1 : 0))
    }

    /// Rounded up, 1 at least.
    var wholeMilliseconds: Int {
        let (seconds, rest) = components
        return max(1, Int(clamping: seconds) * 1_000 + Int((rest + 999_999_999_999_999) / 1_000_000_000_000_000))
    }
}
