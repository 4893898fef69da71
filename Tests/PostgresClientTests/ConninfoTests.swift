import PostgresClient
import Testing

@Suite struct ConninfoTests {
    /// Each contains `S3cr3t` where a password, or a part of one, may be by mistake.
    static let broken = [
        "postgresql://u:S3cr3t@[::1/db", "postgresql://u:S3cr3t%zz@h/db", "postgresql://u:S3cr3t%00@h/db",
        "postgresql://u:p@S3cr3t@h/db", "postgresql://u:p@S3cr3t@h:1,other/db", "postgres://u@S3cr3t\"@[",
        "postgresql://u:S3cr3t@h/db?S3cr3t=1", "postgresql://u:x@h/db?a=b=S3cr3t", "postgresql://u:x@h/db?S3cr3t",
        "postgresql://u:S3cr3t@[]x", "postgresql://u:x@[::1]S3cr3t", "host=h password='S3cr3t", "password=x S3cr3t",
        "S3cr3t=1 host=h", "password=S3cr3t\" \"=\" S3cr3t", "host=x@S3cr3t", "password=a b \"=\" S3cr3t",
    ]

    @Test(arguments: broken) func `an invalid address is refused without quoting it`(
        _ text: String
    ) throws {
        let fault = try #require(PostgresConfiguration.fault(in: text))
        #expect(!fault.isEmpty && !fault.contains("S3cr3t") && !fault.contains("\n"), "\(fault)")
    }

    @Test(arguments: broken) func `connecting to an invalid address does not quote it`(_ text: String) async throws {
        let configuration = PostgresConfiguration(conninfo: text, applicationName: "test")
        let error = await failure {
            let connection = try await PostgresConnection.connect(
                configuration: configuration, reactor: TestServer.reactor)
            await connection.close()
        }
        #expect(error?.code == .cannotConnect && error?.wasSent == false)
        #expect(error.map { !$0.operatorDescription.contains("S3cr3t") } == true)
    }

    @Test(
        arguments: [
            "", "inventory", "postgresql://", "postgres://u:p%40ss@h/db",
            "postgresql://h1:1,h2:2/db?target_session_attrs=any",
            "postgresql:///db?host=/tmp/x&user=postgres", "host=h user='a b' password='it\\'s'", "host=/tmp port=5433",
        ])
    func `an address that libpq can parse has no fault`(_ text: String) {
        #expect(PostgresConfiguration.fault(in: text) == nil)
    }
}
