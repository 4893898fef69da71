/// What the API's description tells of a route beyond method, path, scope and summary.
struct EndpointDescription: Sendable {
    /// Unique; the name of the function in generated clients.
    let id: String
    let tag: Tag
    var parameters: [Parameter] = []
    /// The body's schema and an example of it, for a route that reads one.
    var body: Sample?
    let answers: [Answer]
    /// The errors that are this route's own; those of every route come from `Endpoint.problems`.
    var problems: [ProblemCode] = []

    /// The sections of api.md.
    enum Tag: String, CaseIterable, Sendable {
        case catalogue = "Catalogue"
        case stock = "Stock"
        case reservations = "Reservations"
        case procurement = "Procurement"
        case reports = "Reports"
        case operations = "Operations"
    }

    struct Sample: Sendable {
        let schema: Schema
        /// Text of the media type.
        let example: String?
        let mediaType: String

        init(_ schema: Schema, example: String? = nil, mediaType: String = "application/json") {
            self.schema = schema
            self.example = example
            self.mediaType = mediaType
        }
    }

    struct Parameter: Sendable {
        enum Place: String, Sendable {
            case path, query, header
        }

        let name: String
        let place: Place
        let schema: Schema
        var isRequired = false
        let text: String

        static func path(_ name: String, _ schema: Schema, _ text: String) -> Parameter {
            Parameter(name: name, place: .path, schema: schema, isRequired: true, text: text)
        }

        static func query(_ name: String, _ schema: Schema, isRequired: Bool = false, _ text: String) -> Parameter {
            Parameter(name: name, place: .query, schema: schema, isRequired: isRequired, text: text)
        }

        static func header(_ name: String, _ schema: Schema, _ text: String) -> Parameter {
            Parameter(name: name, place: .header, schema: schema, text: text)
        }
    }

    /// What is answered when nothing went wrong.
    struct Answer: Sendable {
        let status: Int
        let text: String
        var content: Sample?
        var headers: [AnswerHeader] = []
        var links: [Link] = []

        init(
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
    struct Link: Sendable {
        let operation: String
        /// A parameter of the other operation and where its value stands, as a JSON pointer into the body.
        let parameter: String
        let pointer: String

        init(_ operation: String, _ parameter: String, from pointer: String) {
            self.operation = operation
            self.parameter = parameter
            self.pointer = pointer
        }
    }
}
