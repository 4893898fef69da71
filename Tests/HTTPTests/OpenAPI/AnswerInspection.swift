import HTTPTypes
import Testing

@testable import HTTPCore
@testable import JSON
@testable import OpenAPI

/// Checks responses against the description: status, media type, headers, and the body against its schema.
///
/// `TestAPI` passes it every response, so the tests of a route also test its description.
struct AnswerInspection: Sendable {
    static let shared = AnswerInspection(OpenAPIDocument(makeAPI()))

    private let table: EndpointTable
    private let checker: SchemaChecker

    init(_ document: OpenAPIDocument) {
        table = EndpointTable(document.endpoints)
        checker = SchemaChecker(document)
    }

    /// Fails the test when the response differs from the description.
    func inspect(_ method: HTTPRequest.Method, _ path: String, _ answer: TestAnswer) {
        for fault in faults(method, path, answer) {
            Issue.record("\(method) \(path), \(answer.status): \(fault)")
        }
    }

    func faults(_ method: HTTPRequest.Method, _ path: String, _ answer: TestAnswer) -> [String] {
        let target = RequestTarget(path)
        var faults = AnswerHeader.always.filter { !answer.has($0) }.map { "\($0.rawValue) is missing" }
        faults += StandardHeaders.constant.map(\.name).filter { answer.headers[values: $0].count != 1 }
            .map { "\($0) is not there once" }
        guard case .endpoint(let index, _) = table.match(method, target.path) else {
            // No operation: an unknown path, or a method that it does not take.
            let code: ProblemCode = answer.status == 405 ? .methodNotAllowed : .notFound
            if answer.status != code.status.code { faults.append("the status is not described") }
            faults += code.headers.filter { !answer.has($0) }.map { "\($0.rawValue) is missing" }
            return faults + body(answer, [.object(Schema.reference(.problem(code)).json)], method)
        }
        let endpoint = table.endpoints[index]
        let described = endpoint.description?.answers.first { $0.status == answer.status }
        if let described, answer.mediaType != "application/problem+json" {
            faults += described.headers.filter { !answer.has($0) }.map { "\($0.rawValue) is missing" }
            guard let content = described.content else {
                return faults + (answer.text.isEmpty ? [] : ["a body is not described"])
            }
            if answer.mediaType != content.mediaType { faults.append("the type is not \(content.mediaType)") }
            guard content.mediaType == "application/json" else { return faults }
            return faults + body(answer, [.object(content.schema.json)], method)
        }
        let codes = endpoint.problems.filter { $0.status.code == answer.status }
        guard !codes.isEmpty else { return faults + ["the status is not described"] }
        for code in codes where code.rawValue == answer.code {
            faults += code.headers.filter { !answer.has($0) }.map { "\($0.rawValue) is missing" }
        }
        return faults + body(answer, codes.map { .object(Schema.reference(.problem($0)).json) }, method)
    }

    /// - Parameter schemas: exactly one of them must match.
    private func body(_ answer: TestAnswer, _ schemas: [JSONValue], _ method: HTTPRequest.Method) -> [String] {
        guard method != .head else { return [] }
        guard let value = try? JSONReader.read(Array(answer.text.utf8)) else { return ["the body is no JSON"] }
        if schemas.count == 1 { return checker.faults(value, schemas[0]) }
        return checker.faults(value, .object(["oneOf": .array(schemas)]))
    }
}

extension TestAnswer {
    fileprivate var mediaType: String {
        headers[.contentType].map { String($0.prefix { $0 != ";" }) } ?? ""
    }

    fileprivate func has(_ header: AnswerHeader) -> Bool {
        HTTPField.Name(header.rawValue).map { headers[$0] != nil } ?? false
    }
}
