/// How long the steps of an attempt may take. libcurl counts some of them in whole seconds, as noted.
public struct SMTPLimits: Hashable, Sendable {
    /// For name resolution, connecting, TLS, greeting and sign-in together. A server that is slower counts as
    /// unavailable.
    public var opening: Duration
    /// For each reply but the last. A server that takes longer for a command is in trouble.
    public var answer: Duration
    /// For the reply to the message itself, from the last byte sent. It is longer than `answer`: a server that scans
    /// content may take minutes, and one that has accepted the message meanwhile would get it twice (RFC 5321, section
    /// 4.5.3.2.6, asks for ten minutes).
    public var verdict: Duration
    /// For the whole attempt. The mailer renews its claim on the digest meanwhile.
    public var total: Duration
    /// How long a connection may be idle and still be reused; whole seconds, rounded up. Servers close idle connections
    /// after minutes, firewalls drop them sooner.
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
