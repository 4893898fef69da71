import Domain
import Glibc
import UseCases

/// The email of `mail test`.
enum TestEmail {
    static func make(from sender: String, domain: String, to recipients: [String]) -> Email {
        var random = SystemRandomNumberGenerator()
        var clock = timespec()
        clock_gettime(CLOCK_REALTIME, &clock)
        let now = Instant(milliseconds: Int64(clock.tv_sec) * 1_000 + Int64(clock.tv_nsec) / 1_000_000)
        var ids = IdentifierSource(seed: random.next())
        let id = ids.next(OutboundEmail.self, at: now)
        return Email(
            messageID: "<\(id)@\(domain)>", from: sender, to: recipients,
            subject: "Test email from the inventory service",
            date: now, text: "Low-stock emails will come this way.\n",
            html: "<!doctype html><html lang=\"en\"><body><p>Low-stock emails will come this way.</p></body></html>\n")
    }
}
