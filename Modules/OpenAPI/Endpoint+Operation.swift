import HTTPCore
import HTTPTypes
import JSON
import UseCases

extension Endpoint {
    /// The route as an operation object of OpenAPI; nil without a description.
    func operation(asksForKey: Bool) -> JSONObject? {
        guard let description else { return nil }
        var operation: JSONObject = [
            "operationId": .string(description.id),
            "summary": .string(summary),
            "tags": .array([.string(description.tag.rawValue)]),
        ]
        if let scope {
            operation.append("description", .string("Needs the scope `\(scope.rawValue)`."))
        }
        // Since OpenAPI 3.1, every security scheme may list required scopes here.
        let security = asksForKey ? scope.map { JSONValue.object(["key": .array([.string($0.rawValue)])]) } : nil
        operation.append("security", .array(security.map { [$0] } ?? []))
        if !parameters.isEmpty { operation.append("parameters", .array(parameters.map { .object($0.json) })) }
        if let body = description.body {
            operation.append(
                "requestBody",
                .object([
                    "required": .bool(true), "content": .object([body.mediaType: .object(body.json)]),
                ])
            )
        }
        operation.append("responses", .object(responses(description)))
        return operation
    }

    private func responses(_ description: EndpointDescription) -> JSONObject {
        var responses = JSONObject()
        let more: [AnswerHeader] = isWrite ? [.replayed] : []
        for answer in description.answers {
            var answer = answer
            answer.headers += more
            responses.append(String(answer.status), .object(answer.json))
        }
        for status in Set(problems.map(\.status.code)).sorted() {
            let codes = problems.filter { $0.status.code == status }
            responses.append(String(status), .object(ProblemAnswer(status: status, codes: codes).json))
        }
        return responses
    }
}

/// The errors of one status.
struct ProblemAnswer {
    let status: Int
    let codes: [ProblemCode]

    var json: JSONObject {
        let references = codes.map { Schema.reference(.problem($0)) }
        let schema = references.count == 1 ? references[0] : Schema.oneOf(references)
        return [
            "description": .string(codes.map { "`\($0.rawValue)`: \($0.meaning)" }.joined(separator: "\n\n")),
            "headers": .object(AnswerHeader.references(codes.flatMap(\.headers))),
            "content": .object(["application/problem+json": .object(["schema": .object(schema.json)])]),
        ]
    }
}

extension AnswerHeader {
    /// References to these headers and to those of every response.
    fileprivate static func references(_ headers: [AnswerHeader]) -> JSONObject {
        let all = Set(headers + always)
        return allCases.filter(all.contains).reduce(into: JSONObject()) { references, header in
            references.append(
                header.rawValue,
                .object(["$ref": .string("#/components/headers/\(header.rawValue)")])
            )
        }
    }
}

extension EndpointDescription.Sample {
    fileprivate var json: JSONObject {
        var json: JSONObject = ["schema": .object(schema.json)]
        guard let example else { return json }
        guard mediaType == "application/json" else {
            json.append("example", .string(example))
            return json
        }
        guard let value = try? JSONReader.read(Array(example.utf8)) else {
            preconditionFailure("an example is not JSON: \(example)")
        }
        json.append("example", value)
        return json
    }
}

extension EndpointDescription.Parameter {
    fileprivate var json: JSONObject {
        [
            "name": .string(name), "in": .string(place.rawValue), "required": .bool(isRequired),
            "description": .string(text), "schema": .object(schema.json),
        ]
    }
}

extension EndpointDescription.Answer {
    fileprivate var json: JSONObject {
        var json: JSONObject = [
            "description": .string(text), "headers": .object(AnswerHeader.references(headers)),
        ]
        if let content { json.append("content", .object([content.mediaType: .object(content.json)])) }
        guard !links.isEmpty else { return json }
        var objects = JSONObject()
        for link in links {
            let source = JSONValue.string("$response.body#\(link.pointer)")
            objects.append(
                link.operation,
                .object([
                    "operationId": .string(link.operation), "parameters": .object([link.parameter: source]),
                ])
            )
        }
        json.append("links", .object(objects))
        return json
    }
}
