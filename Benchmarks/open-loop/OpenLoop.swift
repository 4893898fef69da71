import ArgumentParser
import Glibc
import NIOCore
import NIOPosix

/// A load generator that sends at times fixed in advance and counts latencies from those times, so that a stall of the
/// server counts against every request that would have arrived meanwhile.
@main
struct OpenLoop: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "open-loop",
        abstract: "Sends requests at a given rate over HTTP/1.1 and prints latencies as one line of JSON.")

    @Option(help: "The server's port on loopback.")
    var port: Int

    @Option(help: "Requests a second on average; arrivals are a Poisson process.")
    var rate: Double

    @Option(help: "How long to send, in seconds.")
    var seconds: Double

    @Option(help: "Connections; each has at most one request in flight.")
    var connections = 128

    @Option(help: "The HTTP method.")
    var method = "POST"

    @Option(help: "The path; {uuid} and {id} become a new UUID and one of the ids, here and in the body.")
    var path: String

    @Option(help: "The request body.")
    var body = ""

    @Option(help: "A file of ids, one per line, all of the same length.")
    var ids: String?

    @Option(help: "The environment variable that holds the API key (other users can read arguments).")
    var keyVariable = "API_KEY"

    @Option(help: "Seed of the times, ids and UUIDs (default: random).")
    var seed: UInt64?

    func validate() throws {
        guard (1...65_535).contains(port) else { throw ValidationError("--port must be 1 ... 65535") }
        // The due times are an array: ten million take 80 MB.
        guard rate > 0, seconds > 0, rate * seconds <= 10_000_000 else {
            throw ValidationError("--rate and --seconds must be above 0 and ask for at most 10,000,000 requests")
        }
        guard (1...10_000).contains(connections) else { throw ValidationError("--connections must be 1 ... 10000") }
        if (path + body).contains("{id}"), ids == nil { throw ValidationError("{id} needs --ids") }
    }

    func run() async throws {
        let seed = seed ?? .random(in: 0 ... .max)
        let lines = try ids.map(Self.lines(of:)) ?? []
        guard ids == nil || !lines.isEmpty, Set(lines.map(\.utf8.count)).count <= 1 else {
            throw ValidationError("--ids: the ids must all have the same length")
        }
        let key = getenv(keyVariable).map { String(cString: $0) }
        let schedule = Schedule(rate: rate, seconds: seconds, seed: seed)
        let template = RequestTemplate(
            method: method, path: path, key: key, body: body, ids: lines, seed: seed ^ 0x5851_F42D_4C95_7F2D)

        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let measurement = try await measure(schedule, template, on: group.next())
        print(measurement.json)
        try await group.shutdownGracefully()
    }

    private func measure(
        _ schedule: Schedule, _ template: RequestTemplate, on loop: any EventLoop
    ) async throws -> Measurement {
        let (port, connections) = (port, connections)
        return try await loop.flatSubmit {
            let promise = loop.makePromise(of: Measurement.self)
            let generator = Generator(
                schedule: schedule, template: template, connections: connections, loop: loop, promise: promise)
            let bound = NIOLoopBound(generator, eventLoop: loop)
            let bootstrap = ClientBootstrap(group: loop)
                .channelOption(.socketOption(.tcp_nodelay), value: 1)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(Connection(generator: bound.value))
                    }
                }
            for _ in 0..<connections {
                bootstrap.connect(host: "127.0.0.1", port: port).whenFailure { promise.fail($0) }
            }
            // Connections hold the generator weakly.
            return promise.futureResult.always { _ in _ = bound }
        }.get()
    }

    private static func lines(of path: String) throws -> [String] {
        guard let file = fopen(path, "r") else { throw ValidationError("--ids: \(path) cannot be read") }
        defer { fclose(file) }
        var text: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = fread(&piece, 1, piece.count, file)
            guard count > 0 else { break }
            text += piece[..<count]
        }
        return text.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
    }
}
