import HTTPTypes
import Logging
import NIOCore
import Testing
import UseCases

@testable import HTTPCore

@Suite("Trace ids")
struct TraceIDTests {
    private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    private static let parent = "00f067aa0ba902b7"

    @Test(
        "a traceparent that is well formed names the trace",
        arguments: [
            "00-\(trace)-\(parent)-01", "00-\(trace)-\(parent)-00", "00-\(trace)-\(parent)-ff",
            "00-\(trace)-0000000000000001-01", "01-\(trace)-\(parent)-01", "cc-\(trace)-\(parent)-01-what-comes-later",
            "fe-\(trace)-\(parent)-01-",
        ])
    func taken(_ text: String) {
        #expect(TraceID.read(text) == Self.trace)
    }

    @Test(
        "any other is ignored",
        arguments: [
            "", "00", trace, "00-\(trace)-\(parent)", "00-\(trace)-\(parent)-", "00-\(trace)-\(parent)-0",
            "00-\(trace)-\(parent)-01-", "00-\(trace)-\(parent)-01-more", "00-\(trace)-\(parent)-011",
            "01-\(trace)-\(parent)-011", "01-\(trace)-\(parent)-01.x", "ff-\(trace)-\(parent)-01",
            "0-\(trace)-\(parent)-01", "000-\(trace)-\(parent)-01", "0G-\(trace)-\(parent)-01",
            "00-\(trace.uppercased())-\(parent)-01", "00-\(trace)-\(parent.uppercased())-01",
            "0A-\(trace)-\(parent)-01", "00-\(trace)-\(parent)-0A", "00-\(trace)-\(parent)-0x",
            "00-\(String(repeating: "0", count: 32))-\(parent)-01",
            "00-\(trace)-\(String(repeating: "0", count: 16))-01",
            "00_\(trace)_\(parent)_01", "00-\(trace.dropLast())-\(parent)-01", "00-\(trace)a-\(parent)-01",
            "00-\(trace.dropLast())é-\(parent)-01", " 00-\(trace)-\(parent)-01",
        ])
    func ignored(_ text: String) {
        #expect(TraceID.read(text) == nil)
    }

    @Test("with any one byte changed, it is read as the specification says")
    func mutated() throws {
        let form = /(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}/
        for version in ["00", "01"] {
            let text = Array("\(version)-\(Self.trace)-\(Self.parent)-01".utf8)
            for place in text.indices {
                for byte in 0x20...0x7E as ClosedRange<UInt8> {
                    var mutant = text
                    mutant[place] = byte
                    let given = String(decoding: mutant, as: UTF8.self)
                    let expected = given.wholeMatch(of: form).map { String($0.1) }
                    #expect(TraceID.read(given) == expected, "\(given)")
                }
            }
        }
    }

    @Test("without one, or with several, the request gets a new trace id")
    func made() {
        let given = "00-\(Self.trace)-\(Self.parent)-01"
        var twice = HTTPFields()
        twice.append(HTTPField(name: .traceParent, value: given))
        #expect(TraceID.of(twice) == Self.trace)
        twice.append(HTTPField(name: .traceParent, value: given))
        var made: Set<String> = []
        for headers in [twice, [:], [.traceParent: "x"]] {
            for _ in 0..<100 {
                let id = TraceID.of(headers)
                #expect(TraceID.read("00-\(id)-\(Self.parent)-01") == id)
                made.insert(id)
            }
        }
        #expect(made.count == 300 && !made.contains(Self.trace))
    }

    @Test("every log line of a request has its id and its trace")
    func logged() async throws {
        let log = RecordingLog()
        let pipeline = RequestPipeline(
            [
                Endpoint(.get, "/fails", scope: nil, summary: "") { _ in
                    throw ServiceFailure.internalFault(cause: "why")
                },
                Endpoint(.post, "/reads", scope: nil, body: .json, summary: "") { _ in APIResponse(.ok) },
                Endpoint(.get, "/streams", scope: nil, summary: "") { _ in
                    var response = APIResponse(.ok)
                    response.stream = AnswerStream { throw Broken() }
                    return response
                },
            ],
            authenticator: OpenAuthenticator(), metrics: RequestMetrics(factory: RecordingMetrics()),
            logger: Logger(label: "test") { _ in log })
        let ids: HTTPFields = [.requestID: "r-1", .traceParent: "00-\(Self.trace)-\(Self.parent)-01"]
        func send(_ method: HTTPRequest.Method, _ path: String) async throws -> APIResponse {
            let head = HTTPRequest(method: method, scheme: nil, authority: nil, path: path, headerFields: ids)
            return try await pipeline.respond(to: head, body: BreakingBody())
        }
        #expect(try await send(.get, "/fails").headers[.traceParent] == nil)
        await #expect(throws: Broken.self) { _ = try await send(.post, "/reads") }
        let stream = try #require(try await send(.get, "/streams").stream)
        await #expect(throws: Broken.self) { _ = try await stream.next() }
        stream.ended(7, Broken())
        let lines = log.lines.all
        for words in ["request failed", "request body broke off", "answer broke off", "info request "] {
            #expect(lines.contains { $0.contains(words) }, "\(words)")
        }
        for line in lines {
            #expect(line.contains("request_id=r-1") && line.contains("trace_id=\(Self.trace)"), "\(line)")
        }
    }

    private struct Broken: Error {}

    private struct BreakingBody: RequestBody {
        func read(upTo _: Int, _: (ByteBuffer) throws -> Void) async throws { throw Broken() }
    }
}
