import HTTPCore

extension EndpointDescription {
    static let getDescription = EndpointDescription(
        id: "getDescription",
        tag: .operations,
        parameters: [.ifNoneMatch],
        answers: [
            Answer(200, "This description.", .anyObject, headers: documentHeaders),
            Answer(304, "The caller has it.", headers: documentHeaders),
        ]
    )

    static let getDocumentation = EndpointDescription(
        id: "getDocumentation",
        tag: .operations,
        parameters: [.ifNoneMatch],
        answers: [
            Answer(
                200,
                "This description as a page.",
                .text,
                mediaType: "text/html",
                headers: documentHeaders
            ),
            Answer(304, "The caller has it.", headers: documentHeaders),
        ]
    )

    static let getDocumentationStyle = EndpointDescription(
        id: "getDocumentationStyle",
        tag: .operations,
        parameters: [.ifNoneMatch],
        answers: [
            Answer(200, "CSS.", .text, mediaType: "text/css", headers: documentHeaders),
            Answer(304, "The caller has it.", headers: documentHeaders),
        ]
    )

    private static let documentHeaders: [AnswerHeader] = [.entityTag, .cacheControl, .contentSecurityPolicy]
}
