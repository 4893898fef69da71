extension EndpointDescription {
    static let healthLive = EndpointDescription(
        id: "healthLive",
        tag: .operations,
        answers: [Answer(200, "It lives.", .reference(.health), example: #"{"status": "ok"}"#)]
    )

    static let healthReady = EndpointDescription(
        id: "healthReady",
        tag: .operations,
        answers: [
            Answer(200, "It can serve.", .reference(.health), headers: [.cacheControl]),
            Answer(503, "Send requests elsewhere.", .reference(.health), headers: [.cacheControl]),
        ]
    )

    static let getMetrics = EndpointDescription(
        id: "getMetrics",
        tag: .operations,
        answers: [Answer(200, "The metrics.", .text, mediaType: "text/plain", headers: [.cacheControl])]
    )

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
