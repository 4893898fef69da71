import Testing

@testable import Settings

@Suite("Groups of settings")
struct SettingsGroupsTests {
    @Test("with nothing given, the defaults are those of the contract")
    func defaults() throws {
        let nothing = try source()
        let http = try HTTPSettings(nothing)
        #expect(http.host == "127.0.0.1" && http.port == 8_080 && http.tls == nil)
        #expect(try AuthenticationSettings(nothing, http: http).mode == .keys)
        #expect(try RateLimitSettings.read(nothing) == nil)
        #expect(try RedisSettings.read(nothing) == nil)
        #expect(try ReplicaSettings(nothing).url == nil)
        let lock = try LockSettings(nothing)
        #expect(lock.lease == .seconds(5) && lock.wait == .seconds(5) && lock.onRedisFailure == .database)
        #expect(lock.sweeperLease == .seconds(1))
        #expect(try LockSettings(source(environment: ["LOCK_LEASE_MS": "500"])).sweeperLease == .milliseconds(500))
        #expect(try CacheSettings(nothing).ttl == .seconds(300))
        #expect(try ReservationSettings(nothing).ttlSeconds == 600)
        let write = try WriteSettings(nothing)
        #expect(write.queueCapacity == 8_192 && write.lanes == 2 && write.batchLimit == 200)
        #expect(try SweepSettings(nothing).interval == .seconds(5))
        let alert = try AlertSettings(nothing)
        #expect(alert.recipients.isEmpty && alert.interval == .seconds(30) && alert.digest == .seconds(5))
        #expect(try CurrencySettings(nothing).code == "USD")
        #expect(try MetricsSettings(nothing).port == nil)
        let log = try LogSettings(nothing)
        #expect(log.level == .info && log.format == .text)
        let database = try DatabaseSettings(source(environment: ["DATABASE_URL": "host=a"]))
        #expect(database.directURL == "host=a" && database.preparesStatements && database.poolSize == 8)
    }

    @Test(
        "authentication is only off on a loopback address",
        arguments: [
            ("127.0.0.1", true), ("127.9.9.9", true), ("::1", true), ("localhost", true), ("0.0.0.0", false),
            ("::", false), ("10.0.0.1", false), ("127.evil.com", false), ("127.0.0.1.evil.com", false),
            ("localhost.evil.com", false), ("128.0.0.1", false),
        ]
    )
    func loopback(host: String, allowed: Bool) throws {
        let source = try source(environment: ["AUTH_MODE": "off", "HTTP_HOST": host])
        let http = try HTTPSettings(source)
        let error = try line { _ = try AuthenticationSettings(source, http: http) }
        #expect((error == nil) == allowed)
        #expect(error?.hasPrefix("AUTH_MODE must not be off when HTTP_HOST is") ?? allowed)
    }

    @Test("keys+jwt needs something to check against")
    func jwt() throws {
        let bare = try source(environment: ["AUTH_MODE": "keys+jwt"])
        let http = try HTTPSettings(bare)
        #expect(throws: SettingsError.self) { try AuthenticationSettings(bare, http: http) }
        let secret = String(repeating: "s", count: 32)
        let full = try source(environment: ["AUTH_MODE": "keys+jwt", "JWT_HS256_SECRET": secret, "JWT_ISSUER": "i"])
        let jwt = try AuthenticationSettings(full, http: http).jwt
        #expect(jwt?.hs256Secret == secret && jwt?.issuer == "i" && jwt?.audience == nil && jwt?.jwksPath == nil)
        let set = try source(environment: ["AUTH_MODE": "keys+jwt", "JWT_JWKS": "f", "JWT_AUDIENCE": "a"])
        let other = try AuthenticationSettings(set, http: http).jwt
        #expect(other?.hs256Secret == nil && other?.jwksPath == "f" && other?.audience == "a")
    }

    @Test("a secret of HS256 has 32 bytes or more, from a file too, and is not shown")
    func secret() throws {
        let short = String(repeating: "é", count: 15) + "x"
        let http = try HTTPSettings(source())
        func refusal(_ settings: [String: String]) throws -> String? {
            let all = try source(environment: settings.merging(["AUTH_MODE": "keys+jwt"]) { $1 })
            return try line { _ = try AuthenticationSettings(all, http: http) }
        }
        #expect(try refusal(["JWT_HS256_SECRET": short]) == "JWT_HS256_SECRET must have 32 bytes or more")
        #expect(try refusal(["JWT_HS256_SECRET": short + "x"]) == nil)
        // The line end of an editor is no part of it.
        #expect(try withFile(short + "x\n") { try refusal(["JWT_HS256_SECRET_FILE": $0]) } == nil)
        let inFile = try withFile(short + "\n") { try refusal(["JWT_HS256_SECRET_FILE": $0]) }
        #expect(inFile == "JWT_HS256_SECRET must have 32 bytes or more")
    }

    @Test("where no tokens are taken nobody looks at the settings of tokens", arguments: ["keys", "off"])
    func jwtIgnored(mode: String) throws {
        let all = try source(environment: ["AUTH_MODE": mode, "JWT_HS256_SECRET": "short", "JWT_JWKS": "/nowhere"])
        #expect(try AuthenticationSettings(all, http: HTTPSettings(all)).jwt == nil)
    }

    @Test("halves of pairs are refused by the name of the other half")
    func pairs() throws {
        #expect(
            try line { _ = try HTTPSettings(source(environment: ["HTTP_TLS_CERT": "c"])) }
                == "HTTP_TLS_KEY is required beside HTTP_TLS_CERT"
        )
        let mail = ["SMTP_URL": "smtp://h:25", "ALERT_FROM": "a@b.c", "SMTP_USERNAME": "u"]
        #expect(
            try line { _ = try MailSettings(source(environment: mail)) }
                == "SMTP_PASSWORD is required beside SMTP_USERNAME"
        )
    }

    @Test("the burst is two seconds' worth unless given")
    func rateLimit() throws {
        let limit = try RateLimitSettings.read(source(environment: ["RATE_LIMIT_PER_SECOND": "50"]))
        #expect(limit?.perSecond == 50 && limit?.burst == 100)
        let given = try RateLimitSettings.read(source(["--rate-limit-per-second", "5", "--rate-limit-burst", "7"]))
        #expect(given?.burst == 7)
    }

    @Test("recipients are a list of addresses")
    func recipients() throws {
        let two = try AlertSettings(source(environment: ["ALERT_TO": "a@x.org, b@y.org"]))
        #expect(two.recipients == ["a@x.org", "b@y.org"])
        for bad in ["a@x.org,", "a", "a@b@c", "a b@c", "a@x.org\r\nBcc:z@y", "<a@b>"] {
            #expect(throws: SettingsError.self) { try AlertSettings(source(environment: ["ALERT_TO": bad])) }
        }
    }

    @Test(
        "a Redis URL has one of two schemes",
        arguments: ["redis://h", "redis://:p@h:6379/2", "unix:///run/r.sock?db=0"]
    )
    func redis(url: String) throws {
        #expect(try RedisSettings.read(source(environment: ["REDIS_URL": url]))?.url == url)
        #expect(throws: SettingsError.self) {
            try RedisSettings.read(source(environment: ["REDIS_URL": "rediss" + url]))
        }
    }
}
