/// What the API's description tells of a route beyond method, path, scope and summary.
package struct EndpointDescription: Sendable {
    /// Unique; the name of the function in generated clients.
    package let id: String
    package let tag: Tag
    package let parameters: [Parameter]
    /// The body's schema and an example of it, for a route that reads one.
    package let body: Sample?
    package let answers: [Answer]
    /// The errors that are this route's own; those of every route come from `Endpoint.problems`.
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

    /// The sections of the description.
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
        /// Text of the media type.
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

    /// What is answered when nothing went wrong.
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

    /// Another operation that takes something out of this one's answer.
    package struct Link: Sendable {
        package let operation: String
        /// A parameter of the other operation and where its value stands, as a JSON pointer into the body.
        package let parameter: String
        package let pointer: String

        package init(_ operation: String, _ parameter: String, from pointer: String) {
            self.operation = operation
            self.parameter = parameter
            self.pointer = pointer
        }
    }
}
