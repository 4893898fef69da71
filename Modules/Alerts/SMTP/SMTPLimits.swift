/// How long a try may take. libcurl counts whole seconds where this says so.
public struct SMTPLimits: Hashable, Sendable {
    /// For the name, the connection, TLS, greeting and sign-in together. A server that does not greet in this time is
    /// not there for us now.
    public var opening: Duration
    /// For each answer but the last. A server that leaves a command without one for so long has other troubles.
    public var answer: Duration
    /// For the answer to the message itself, from the last byte that was sent. It is given up last: a server that checks
    /// content may take minutes, and one that has taken the message meanwhile would get it again (RFC 5321, section
    /// 4.5.3.2.6, asks for ten).
    public var verdict: Duration
    /// For everything. The claim on a digest is renewed for as long as it takes.
    public var total: Duration
    /// How long a connection may lie idle and still be used; whole seconds, rounded up. Servers close idle ones after
    /// minutes, firewalls forget them sooner.
    public var idle: Duration

    public init(
        opening: Duration = .seconds(10), answer: Duration = .seconds(60), verdict: Duration = .seconds(600),
        total: Duration = .seconds(1_200), idle: Duration = .seconds(5)
    ) {
        self.opening = opening
        self.answer = answer
        self.verdict = verdict
        self.total = total
        self.idle = idle
    }
}
