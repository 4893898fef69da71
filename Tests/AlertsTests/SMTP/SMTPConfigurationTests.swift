import Testing

@testable import Alerts

@Suite struct SMTPConfigurationTests {
    private let credentials = SMTPConfiguration.Credentials(username: "stock", password: "s3cret-word")

    @Test(arguments: [
        ("smtp://mail.example.com", "smtp://mail.example.com:587", SMTPConfiguration.Security.whereOffered),
        ("smtp://mail:25/", "smtp://mail:25", .whereOffered),
        ("smtp://mail.example.com.?tls=required", "smtp://mail.example.com.:587", .required),
        ("smtps://mail", "smtps://mail:465", .implicit),
        ("smtps://mail:2465?tls=required", "smtps://mail:2465", .implicit),
        ("smtp://[::1]:2525", "smtp://[::1]:2525", .whereOffered),
        ("smtps://[2001:db8::25]", "smtps://[2001:db8::25]:465", .implicit),
    ])
    func `A URL names host, port and protection`(
        text: String, url: String, security: SMTPConfiguration.Security
    ) throws {
        let configuration = try SMTPConfiguration(url: text)
        #expect(configuration.url == url)
        #expect(configuration.security == security)
    }

    @Test(arguments: [
        "", "smtp://", "smtp:///", "http://mail", "mail:25", "smtp://mail:", "smtp://mail:0", "smtp://mail:65536",
        "smtp://mail:+5", "smtp://mail:25x", "smtp://mail/path", "smtp://mail?tls=maybe", "smtp://mail?x=1",
        "smtp://ma il", "smtp://[::1", "smtp://[mail]", "smtp://[::1]x", "smtp://::1", "smtp://mäil", "smtp://a..b",
        "smtp://mail\r\nQUIT", "smtp://mail#x", "smtp://ma\0il", "SMTP://mail", "smtp://mail?", "smtp://.",
    ])
    func `Anything else is refused`(text: String) {
        #expect(throws: SMTPConfigurationError.self) { try SMTPConfiguration(url: text) }
    }

    @Test func `A password in the URL is refused and not repeated`() {
        let error = #expect(throws: SMTPConfigurationError.self) {
            try SMTPConfiguration(url: "smtp://stock:s3cret-word@mail")
        }
        #expect(error?.description == "must not hold a user name or a password; set them separately")
    }

    @Test(arguments: [
        ("smtp://mail.example.com", true), ("smtp://127.example.com", true), ("smtp://127.0.0.1.example.com", true),
        ("smtp://localhost.example.com", true), ("smtp://127.0.0.256", true), ("smtp://[::2]", true),
        ("smtp://10.0.0.1", true), ("smtp://localhost", false), ("smtp://LOCALHOST:25", false),
        ("smtp://127.0.0.1", false), ("smtp://127.8.9.10", false), ("smtp://[::1]", false),
        ("smtp://localhost?tls=required", true),
    ])
    func `A password is never sent to another machine unencrypted`(url: String, requiresTLS: Bool) throws {
        #expect(try SMTPConfiguration(url: url, credentials: credentials).requiresTLS == requiresTLS)
    }

    @Test func `Nothing that prints a configuration prints the password`() throws {
        let configuration = try SMTPConfiguration(url: "smtp://mail", credentials: credentials)
        var dumped = ""
        dump(configuration, to: &dumped)
        for text in ["\(configuration)", String(reflecting: configuration), dumped, "\(credentials)"] {
            #expect(!text.contains("s3cret"))
        }
        #expect("\(configuration)".contains("stock"))
    }

    @Test func `A user name and a password must not be empty or hold NUL`() {
        for (name, password) in [("", "x"), ("x", ""), ("x\0y", "x"), ("x", "x\0y")] {
            #expect(throws: SMTPConfigurationError.self) {
                try SMTPConfiguration(url: "smtp://mail", credentials: .init(username: name, password: password))
            }
        }
    }
}
