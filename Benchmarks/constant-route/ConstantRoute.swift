import ArgumentParser
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// The baseline for `GET` from the cache: a Hummingbird server whose one route always answers the same bytes.
@main
struct ConstantRoute: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "constant-route", abstract: "Serves GET /constant on loopback: a constant body of a given size.")

    @Option(help: "The port to listen on.")
    var port: Int

    @Option(help: "The size of a response body in bytes.")
    var size: Int

    func validate() throws {
        guard (1...65_535).contains(port) else { throw ValidationError("--port must be 1 ... 65535") }
        // The responses compared are those of one or a few records, far below this.
        guard (1...1_048_576).contains(size) else { throw ValidationError("--size must be 1 ... 1048576") }
    }

    func run() async throws {
        let body = ByteBuffer(repeating: UInt8(ascii: "x"), count: size)
        let router = Router()
        router.get("constant") { _, _ in
            Response(status: .ok, headers: [.contentType: "application/json"], body: ResponseBody(byteBuffer: body))
        }
        var logger = Logger(label: "constant-route")
        logger.logLevel = .warning
        let application = Application(
            router: router, configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port)),
            logger: logger)
        try await application.runService()
    }
}
