import ArgumentParser
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// What `GET` from the cache is measured against: a Hummingbird server whose one route answers the same bytes each time.
@main
struct ConstantRoute: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "constant-route", abstract: "Serves GET /constant: a constant of a given size, on loopback.")

    @Option(help: "The port to listen on.")
    var port: Int

    @Option(help: "How many bytes an answer's body has.")
    var size: Int

    func validate() throws {
        guard (1...65_535).contains(port) else { throw ValidationError("--port is 1 ... 65535") }
        // What is compared are answers of one record or of some; nothing of them comes near it.
        guard (1...1_048_576).contains(size) else { throw ValidationError("--size is 1 ... 1048576") }
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
