import Testing

@testable import RedisClient

@Suite struct RedisURLTests {
    @Test func `A URL of a host alone means the usual port and database 0`() throws {
        let configuration = try RedisConfiguration(url: "redis://cache.example")
        #expect(configuration.address == .tcp(host: "cache.example", port: 6379))
        #expect(configuration.username == nil)
        #expect(configuration.password == nil)
        #expect(configuration.database == 0)
    }

    @Test func `A URL names user, password, port and database`() throws {
        let configuration = try RedisConfiguration(url: "redis://shop:p%40ss:w@[::1]:7000/3")
        #expect(configuration.address == .tcp(host: "::1", port: 7000))
        #expect(configuration.username == "shop")
        #expect(configuration.password == "p@ss:w")
        #expect(configuration.database == 3)
    }

    @Test func `A password may come without a user`() throws {
        let configuration = try RedisConfiguration(url: "redis://:secret@localhost/")
        #expect(configuration.username == nil)
        #expect(configuration.password == "secret")
        #expect(configuration.database == 0)
    }

    @Test func `A socket's URL takes database, user and password as parameters`() throws {
        let configuration = try RedisConfiguration(url: "unix:///run/my%20redis.sock?db=2&user=u&password=a%26b")
        #expect(configuration.address == .unix(path: "/run/my redis.sock"))
        #expect(configuration.database == 2)
        #expect(configuration.username == "u")
        #expect(configuration.password == "a&b")
    }

    @Test(arguments: [
        ("", "redis://"), ("localhost:6379", "redis://"), ("http://localhost", "redis://"),
        ("rediss://localhost", "TLS"), ("redis://", "host"), ("redis://:6379", "host"), ("redis:///0", "host"),
        ("redis://localhost:0", "port"), ("redis://localhost:65536", "port"), ("redis://localhost:", "port"),
        ("redis://localhost/x", "database"), ("redis://localhost/-1", "database"), ("redis://localhost?db=1", "query"),
        ("redis://secret@localhost", ":password@host"), ("redis://:%zz@localhost", "password"),
        ("redis://[::1", "]"), ("redis://[::1]x", "]"), ("unix://run/redis.sock", "absolute"), ("unix://", "absolute"),
        ("unix:///run/redis.sock?db=", "database"), ("unix:///run/redis.sock?dbb=1", "parameters"),
        ("unix:///\(String(repeating: "x", count: 107))", "107"),
    ])
    func `A bad URL is refused with the name of what is wrong`(url: String, part: String) throws {
        let error = try #require(throws: RedisError.self) { try RedisConfiguration(url: url) }
        guard case .invalidURL(let reason) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(reason.contains(part))
        #expect(!reason.contains("secret"))
    }
}
