import HTTPTypes
import NIOCore
import Testing
import UseCases

@testable import HTTPCore

@Suite("Fuzzed requests", .timeLimit(.minutes(60)))
struct RequestFuzzTests {
    @Test("every request gets a response as described and never a 5xx")
    func requests() async throws {
        print(FuzzRun.words)
        var keys = FakeKeys()
        let key = try keys.add("all", Set(Scope.allCases))
        let endpoints = makeAPI(.answering, credentials: keys.authenticator.credentials)
        let pipeline = RequestPipeline(
            endpoints, authenticator: keys.authenticator,
            metrics: RequestMetrics(factory: RecordingMetrics()), logger: silence)
        var statuses: [Int: Int] = [:]
        var reached: [String: Int] = [:]
        var findings = 0
        var inspectedAssets: Set<String> = []
        for index in FuzzRun.first..<(FuzzRun.first + FuzzRun.count) {
            await FuzzRun.yield(index)
            var random = FuzzRun.random(index)
            let request = FuzzedRequest(endpoints, key: key, &random)
            let head = request.head
            let answer: TestAnswer
            do {
                answer = try await TestAnswer(
                    pipeline.respond(to: head, isLocal: request.isLocal, body: request.body))
            } catch is PiecewiseBody.BrokeOff {
                statuses[0, default: 0] += 1
                continue
            }
            statuses[answer.status, default: 0] += 1
            if answer.status < 300,
                case .endpoint(let found, _) = pipeline.table.match(head.method, RequestTarget(head.path ?? "").path)
            {
                reached[endpoints[found].description?.id ?? "", default: 0] += 1
            }
            // The description and its page are large and never change, so they are inspected once.
            if answer.text.utf8.count > 20_000, !inspectedAssets.insert(answer.text).inserted { continue }
            let faults = Self.faults(head, answer)
            guard !faults.isEmpty else { continue }
            findings += 1
            Issue.record(
                "input \(index) of \(FuzzRun.seed): \(head.method) \(head.path ?? "") \(head.headerFields) \(answer.status) \(answer.text): \(faults)"
            )
            if findings == FuzzRun.highestFindings { break }
        }
        print("fuzz: answers by status, 0 for none: \(statuses.sorted { $0.key < $1.key })")
        // The inputs must provoke every error code, or they test nothing.
        if FuzzRun.count >= 20_000 {
            #expect(Set([200, 201, 304, 400, 401, 404, 405, 409, 413, 415, 422]).subtracting(statuses.keys) == [])
            #expect(Set(endpoints.compactMap { $0.description?.id }).subtracting(reached.keys) == [])
        }
    }

    private static func faults(_ head: HTTPRequest, _ answer: TestAnswer) -> [String] {
        var faults = AnswerInspection.shared.faults(head.method, head.path ?? "", answer)
        if answer.status >= 500 { faults.append("a 5xx") }
        if answer.status >= 400, head.method != .head, answer.code == nil { faults.append("an error without a code") }
        for field in answer.headers where field.value.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
            faults.append("\(field.name) holds a control character")
        }
        return faults
    }
}

extension APIResponse {
    /// Collects a streamed body into one buffer.
    fileprivate mutating func collectStream() async throws {
        guard let stream else { return }
        var bytes = ByteBuffer()
        while let piece = try await stream.next() { bytes.writeImmutableBuffer(piece) }
        stream.ended(bytes.readableBytes, nil)
        body = bytes
    }
}

extension TestAnswer {
    init(_ response: APIResponse) {
        self.init(
            status: response.status.code, headers: response.headers,
            text: response.body.map { String(buffer: $0) } ?? "")
    }
}
