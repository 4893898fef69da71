import Basics
import HTTPCore
import HTTPTypes
import JSON
import UseCases

/// The API's description as a page, without scripts and without resources of other hosts.
struct DocumentationPage {
    let html: String

    init(_ document: OpenAPIDocument) {
        var writer = HTMLWriter()
        writer.raw("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
        writer.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")
        writer.raw("<title>Inventory API</title><link rel=\"stylesheet\" href=\"/docs/style.css\"></head><body>\n")
        writer.element("header") { writer in
            writer.element("h1", text: "Inventory API")
            writer.element("p") {
                $0.raw("For programs: <a href=\"/openapi.json\">/openapi.json</a> (OpenAPI 3.1). ")
                $0.raw("<a href=\"#schemas\">Schemas</a>, <a href=\"#errors\">errors</a>.")
            }
        }
        writer.element("main") { writer in
            writer.overview(document.endpoints)
            for endpoint in document.endpoints { writer.operation(endpoint) }
            writer.element("h2", "id=\"schemas\"", text: "Schemas")
            for component in document.components { writer.component(component) }
            writer.errors()
        }
        writer.raw("</body></html>\n")
        html = writer.html
    }
}

extension HTMLWriter {
    fileprivate mutating func overview(_ endpoints: [Endpoint]) {
        for tag in EndpointDescription.Tag.allCases {
            element("h2", text: tag.rawValue)
            element("table") { writer in
                for endpoint in endpoints {
                    guard let description = endpoint.description, description.tag == tag else { continue }
                    writer.row([
                        endpoint.method.rawValue,
                        "<a href=\"#\(description.id)\">\(HTMLText.escaped(endpoint.path.description))</a>",
                        HTMLText.escaped(endpoint.summary),
                    ])
                }
            }
        }
    }

    fileprivate mutating func operation(_ endpoint: Endpoint) {
        guard let description = endpoint.description else { return }
        element("article", "id=\"\(description.id)\"") { writer in
            writer.element("h3") { writer in
                writer.element("b", text: endpoint.method.rawValue)
                writer.element("code", text: endpoint.path.description)
            }
            writer.element("p") { $0.prose("\(endpoint.summary). \(endpoint.scope.neededText)") }
            writer.parameters(endpoint.parameters)
            if let body = description.body {
                writer.element("h4", text: "Body")
                writer.schema(body.schema.json)
                writer.example(body.example)
            }
            for answer in description.answers {
                writer.element("h4") { $0.prose("\(answer.status) \(answer.text)") }
                if let content = answer.content { writer.schema(content.schema.json) }
                writer.example(answer.content?.example)
                writer.headers(answer.headers)
            }
            writer.element("h4", text: "Errors")
            writer.element("p") { writer in
                for problem in endpoint.problems {
                    let code = problem.rawValue
                    writer.raw("<a href=\"#error-\(code)\">\(problem.status.code) \(code)</a> ")
                }
            }
        }
    }

    private mutating func parameters(_ parameters: [EndpointDescription.Parameter]) {
        guard !parameters.isEmpty else { return }
        element("h4", text: "Parameters")
        element("table") { writer in
            for parameter in parameters {
                writer.row([
                    "<code>\(HTMLText.escaped(parameter.name))</code>",
                    parameter.place.rawValue + (parameter.isRequired ? ", required" : ""),
                    SchemaText(parameter.schema.json).html, HTMLText.escaped(parameter.text),
                ])
            }
        }
    }

    private mutating func headers(_ headers: [AnswerHeader]) {
        guard !headers.isEmpty else { return }
        element("table") { writer in
            for header in headers {
                writer.row(["<code>\(header.rawValue)</code>", "header", HTMLText.escaped(header.text)])
            }
        }
    }

    private mutating func example(_ example: String?) {
        guard let example else { return }
        element("pre", text: example)
    }

    /// An object's members as a table; any other schema as one line.
    private mutating func schema(_ json: JSONObject) {
        guard case .object(let properties)? = json["properties"] else {
            element("p") { $0.raw(SchemaText(json).html) }
            return
        }
        var required: Set<String> = []
        if case .array(let names)? = json["required"] {
            required = Set(names.compactMap { if case .string(let name) = $0 { name } else { nil } })
        }
        element("table") { writer in
            for property in properties.members {
                guard case .object(let schema) = property.value else { continue }
                var text = ""
                if case .string(let description)? = schema["description"] { text = description }
                writer.row([
                    "<code>\(HTMLText.escaped(property.name))</code>",
                    required.contains(property.name) ? "always" : "optional",
                    SchemaText(schema).html, HTMLText.escaped(text),
                ])
            }
        }
    }

    fileprivate mutating func component(_ component: SchemaComponent) {
        element("article", "id=\"schema-\(component.name)\"") { writer in
            writer.element("h3", text: component.name)
            if case .string(let text)? = component.schema.json["description"] {
                writer.element("p") { $0.prose(text) }
            }
            writer.schema(component.schema.json)
        }
    }

    fileprivate mutating func errors() {
        element("h2", "id=\"errors\"", text: "Errors")
        for code in ProblemCode.allCases {
            element("article", "id=\"error-\(code.rawValue)\"") { writer in
                writer.element("h3") { writer in
                    writer.element("b", text: String(code.status.code))
                    writer.element("code", text: code.rawValue)
                }
                writer.element("p") { $0.prose(code.meaning) }
                writer.element("p") {
                    $0.raw("<a href=\"#schema-\(code.schemaName)\">\(code.schemaName)</a>")
                }
                writer.headers(code.headers)
            }
        }
    }

    /// - Parameter cells: HTML.
    private mutating func row(_ cells: [String]) {
        raw("<tr>" + cells.map { "<td>\($0)</td>" }.joined() + "</tr>\n")
    }
}

extension Scope? {
    fileprivate var neededText: String {
        if let self { "Needs the scope `\(self.rawValue)`." } else { "Open to everybody." }
    }
}
