/// What the OpenAPI description says about a route beyond its method, path, scope and summary.
package struct EndpointDescription: Sendable {
    /// The unique operation id; generated clients name their functions after it.
    package let id: String
    package let tag: Tag
    package let parameters: [Parameter]
    /// The schema and an example of the body; nil for a route that reads none.
    package let body: Sample?
    package let answers: [Answer]
    /// The errors specific to this route; `Endpoint.problems` adds those of every route.
    package let problems: [ProblemCode]

    package init(
        id: String, tag: Tag, parameters: [Parameter] = [], body: Sample? = nil, answers: [Answer],
        problems: [ProblemCode] = []
    ) {
        self.id = id
        self.tag = tag
        self.parameters = parameters
        self.body = body
        self.answers = answers
        self.problems = problems
    }

    /// The sections of the OpenAPI description.
    package enum Tag: String, CaseIterable, Sendable {
        case catalogue = "Catalogue"
        case stock = "Stock"
        case reservations = "Reservations"
        case procurement = "Procurement"
        case reports = "Reports"
        case operations = "Operations"
    }

    package struct Sample: Sendable {
        package let schema: Schema
        /// An example as text of the media type.
        package let example: String?
        package let mediaType: String

        package init(_ schema: Schema, example: String? = nil, mediaType: String = "application/json") {
            self.schema = schema
            self.example = example
            self.mediaType = mediaType
        }
    }

    package struct Parameter: Sendable {
        package enum Place: String, Sendable {
            case path, query, header
        }

        package let name: String
        package let place: Place
        package let schema: Schema
        package var isRequired = false
        package let text: String

        package static func path(_ name: String, _ schema: Schema, _ text: String) -> Parameter {
            Parameter(name: name, place: .path, schema: schema, isRequired: true, text: text)
        }

        package static func query(
            _ name: String, _ schema: Schema, isRequired: Bool = false, _ text: String
        ) -> Parameter {
            Parameter(name: name, place: .query, schema: schema, isRequired: isRequired, text: text)
        }

        package static func header(_ name: String, _ schema: Schema, _ text: String) -> Parameter {
            Parameter(name: name, place: .header, schema: schema, text: text)
        }
    }

    /// A response to a successful request.
    package struct Answer: Sendable {
        package let status: Int
        package let text: String
        package var content: Sample?
        package var headers: [AnswerHeader] = []
        package var links: [Link] = []

        package init(
            _ status: Int,
            _ text: String,
            _ content: Schema? = nil,
            example: String? = nil,
            mediaType: String = "application/json",
            headers: [AnswerHeader] = [],
            links: [Link] = []
        ) {
            self.status = status
            self.text = text
            self.content = content.map { Sample($0, example: example, mediaType: mediaType) }
            self.headers = headers
            self.links = links
        }
    }

    /// Another operation that takes a value from this operation's response.
    package struct Link: Sendable {
        package let operation: String
        /// A parameter of the other operation.
        package let parameter: String
        /// A JSON pointer to the parameter's value in the response body.
        package let pointer: String

        package init(_ operation: String, _ parameter: String, from pointer: String) {
            self.operation = operation
            self.parameter = parameter
            self.pointer = pointer
        }
    }
}
