import ArgumentParser
import Testing

@testable import Settings

@Suite("Where settings come from")
struct SettingsSourceTests {
    @Test("an option wins over the environment, the environment over the file, the file over the default")
    func precedence() throws {
        try withFile("HTTP_PORT=1\nHTTP_HOST=::1\nCACHE_TTL_SECONDS=7\n") { path in
            let source = try source(
                ["--config", path, "--http-port", "3"],
                environment: ["HTTP_PORT": "2", "HTTP_HOST": "localhost"]
            )
            #expect(try HTTPSettings(source).port == 3)
            #expect(try HTTPSettings(source).host == "localhost")
            #expect(try CacheSettings(source).ttlSeconds == 7)
            #expect(try ReservationSettings(source).ttlSeconds == 600)
        }
    }

    @Test("an empty value counts as absent in every source")
    func empty() throws {
        try withFile("HTTP_PORT=5\nREDIS_URL=\n") { path in
            let source = try source(
                ["--config", path, "--http-port", ""],
                environment: ["HTTP_PORT": "", "LANES": ""]
            )
            #expect(try HTTPSettings(source).port == 5)
            #expect(try WriteSettings(source).lanes == 2)
            #expect(try RedisSettings.read(source) == nil)
        }
    }

    @Test("every setting has an option of its name in kebab case")
    func optionNames() throws {
        for group in try Program.parse([]).groups {
            for name in group.given.map(\.name) {
                let program = try Program.parse(["--\(name.option)", "x"])
                let given = program.groups.flatMap(\.given).filter { $0.value != nil }
                #expect(given.map(\.name) == [name])
            }
        }
        #expect(SettingName.lockOnRedisFailure.option == "lock-on-redis-failure")
        #expect(SettingName.jwtHS256Secret.file.option == "jwt-hs256-secret-file")
    }

    @Test("an unknown option is an error, and exits 64")
    func unknownOption() throws {
        #expect { try Program.parse(["--http-prot", "1"]) } throws: { Program.exitCode(for: $0) == ExitCode(64) }
    }

    @Test("invalid variables of other programs do no harm")
    func foreignVariables() throws {
        let source = try source(environment: ["SWEEP_INTERVAL_SECONDS": "soon", "SMTP_PASSWORD_FILE": "/nowhere"])
        #expect(try CacheSettings(source).ttlSeconds == 300)
    }

    @Test("a secret may be in a file, whose line end is not part of it")
    func secretInFile() throws {
        try withFile("postgresql:///x\r\n\n") { path in
            let source = try source(environment: ["DATABASE_URL_FILE": path])
            #expect(try DatabaseSettings(source).url == "postgresql:///x")
            #expect(try DatabaseSettings(source).directURL == "postgresql:///x")
        }
    }

    @Test(
        "each of the five secrets may be in a file",
        arguments: ["DATABASE_URL", "DATABASE_REPLICA_URL", "REDIS_URL", "SMTP_PASSWORD", "JWT_HS256_SECRET"]
    )
    func filesOf(name: String) throws {
        let names = try Program.parse([]).groups.flatMap(\.given).map(\.name)
        #expect(names.contains { $0.variable == "\(name)_FILE" })
        #expect(names.contains { $0.variable == name && $0.mayBeFile && $0.isSecret })
    }

    @Test("a secret and its file exclude each other in one layer, and a higher layer replaces either")
    func secretTwice() throws {
        try withFile("redis://a") { path in
            let both = try source(environment: ["REDIS_URL": "redis://b", "REDIS_URL_FILE": path])
            #expect(
                try line { _ = try RedisSettings.read(both) }
                    == "REDIS_URL and REDIS_URL_FILE are both given; give one"
            )
            let layered = try source(["--redis-url", "redis://c"], environment: ["REDIS_URL_FILE": path])
            #expect(try RedisSettings.read(layered)?.url == "redis://c")
        }
    }

    @Test("a secret's file that is missing or empty is an error that names the setting")
    func secretFileMissing() throws {
        let missing = try source(environment: ["DATABASE_URL_FILE": "/nowhere/at all"])
        #expect(
            try line { _ = try DatabaseSettings(missing) }
                == "DATABASE_URL_FILE names a file that cannot be read: \"/nowhere/at all\""
        )
        try withFile("\n") { path in
            let empty = try source(environment: ["DATABASE_URL_FILE": path])
            #expect(try line { _ = try DatabaseSettings(empty) }?.hasPrefix("DATABASE_URL_FILE names") == true)
        }
    }

    @Test("a config file that is missing or malformed is an error of one line")
    func badConfig() throws {
        #expect(
            try line { _ = try source(["--config", "/nowhere"]) }
                == "--config names a file that cannot be read: \"/nowhere\""
        )
        try withFile("HTTP_PORT 80\n") { path in
            let error = try line { _ = try source(["--config", path]) }
            #expect(error == "--config \"\(path)\" line 1: is not NAME=value")
        }
    }

    @Test("a settings error becomes one line and exit status 64")
    func exitStatus() throws {
        var lines: [String] = []
        #expect(throws: ExitCode(64)) {
            try readingSettings(report: { lines.append($0) }, { try DatabaseSettings(try source()) })
        }
        #expect(lines == ["error: DATABASE_URL is required (DATABASE_URL, DATABASE_URL_FILE or --database-url)"])
    }
}
