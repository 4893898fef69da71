import HTTPCore

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
}
