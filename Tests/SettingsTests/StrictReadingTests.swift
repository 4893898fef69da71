import Testing

@testable import Settings

@Suite("Strict parsing of settings")
struct StrictReadingTests {
    @Test(
        "what is no whole number in range is refused",
        arguments: ["abc", "+1", " 1", "1 ", "1.0", "0x10", "1_000", "-1", "65536", "99999999999999999999", "٣"]
    )
    func integers(text: String) throws {
        let source = try source(environment: ["HTTP_PORT": text])
        #expect(
            try line { _ = try HTTPSettings(source) }
                == "HTTP_PORT must be a whole number from 0 to 65535, not \"\(text)\""
        )
    }

    @Test("the ends of the ranges are in them")
    func ends() throws {
        #expect(try HTTPSettings(source(environment: ["HTTP_PORT": "0"])).port == 0)
        #expect(try HTTPSettings(source(environment: ["HTTP_PORT": "65535"])).port == 65_535)
        #expect(
            try ReservationSettings(source(environment: ["RESERVATION_TTL_SECONDS": "604800"])).ttlSeconds == 604_800
        )
        #expect(throws: SettingsError.self) {
            try ReservationSettings(source(environment: ["RESERVATION_TTL_SECONDS": "0"]))
        }
        #expect(throws: SettingsError.self) { try WriteSettings(source(environment: ["QUEUE_CAPACITY": "4095"])) }
        #expect(throws: SettingsError.self) { try WriteSettings(source(environment: ["LANES": "9"])) }
    }

    @Test("a choice must match exactly, and the error lists the choices")
    func choices() throws {
        let bad = try source(environment: ["AUTH_MODE": "Off", "LOCK_ON_REDIS_FAILURE": "no", "LOG_FORMAT": "xml"])
        let http = try HTTPSettings(bad)
        #expect(
            try line { _ = try AuthenticationSettings(bad, http: http) }
                == "AUTH_MODE must be one of keys, keys+jwt, off, not \"Off\""
        )
        #expect(
            try line { _ = try LockSettings(bad) }
                == "LOCK_ON_REDIS_FAILURE must be one of database, refuse, not \"no\""
        )
        #expect(try line { _ = try LogSettings(bad) } == "LOG_FORMAT must be one of text, json, not \"xml\"")
        #expect(try LogSettings(source(environment: ["LOG_LEVEL": "warning"])).level == .warning)
    }

    @Test("a switch is on or off", arguments: ["yes", "ON", "1", "true"])
    func switches(text: String) throws {
        let source = try source(["--database-url", "x"], environment: ["DATABASE_PREPARED": text])
        #expect(
            try line { _ = try DatabaseSettings(source) } == "DATABASE_PREPARED must be on or off, not \"\(text)\""
        )
    }

    @Test("an error is one line, and short, whatever the value")
    func oneLine() throws {
        let source = try source(environment: [
            "HTTP_PORT": "1\n2\u{1B}[31m\u{2028}\u{202E}" + String(repeating: "x", count: 500)
        ])
        let error = try #require(try line { _ = try HTTPSettings(source) })
        #expect(error.contains("\"1\\u{a}2\\u{1b}[31m\\u{2028}\\u{202e}xxx"))
        let hasLineEnd = error.contains { $0.isNewline }
        #expect(!hasLineEnd)
        #expect(error.count < 200)
    }

    @Test("an error never shows a secret")
    func secrets() throws {
        let bad = try source(
            environment: ["REDIS_URL": "http://:hunter2@x", "SMTP_URL": "imap://u:hunter2@x", "ALERT_FROM": "a@b"])
        let redis = try #require(try line { _ = try RedisSettings.read(bad) })
        #expect(redis == "REDIS_URL must be redis://[:password@]host[:port][/db] or unix:///path[?db=0]")
        let mail = try #require(try line { _ = try MailSettings(bad) })
        #expect(mail.hasPrefix("SMTP_URL must be") && !mail.contains("hunter2"))
    }
}
