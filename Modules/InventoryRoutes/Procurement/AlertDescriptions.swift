import HTTPCore
import UseCases

extension EndpointDescription {
    static let listAlerts = EndpointDescription(
        id: "listAlerts",
        tag: .procurement,
        parameters: [.query("status", .words(of: AlertView.Status.self).orEmpty, "Only those of this status.")]
            + Parameter.page,
        answers: [
            Answer(
                200,
                "A page of alerts.",
                .page(of: .alert),
                links: [Link("acknowledgeAlert", "id", from: "/items/0/id")]
            )
        ]
    )

    static let acknowledgeAlert = EndpointDescription(
        id: "acknowledgeAlert",
        tag: .procurement,
        parameters: [.path("id", .identifier, "Of the alert.")],
        answers: [Answer(200, "The alert as it is now.", .reference(.alert))],
        problems: [.notFound]
    )

    static let listSuggestions = EndpointDescription(
        id: "listSuggestions",
        tag: .procurement,
        parameters: [.query("status", .words(of: SuggestionView.Status.self).orEmpty, "Only those of this status.")]
            + Parameter.page,
        answers: [
            Answer(
                200,
                "A page of suggestions.",
                .page(of: .suggestion),
                links: ["acceptSuggestion", "dismissSuggestion"].map { Link($0, "id", from: "/items/0/id") }
            )
        ]
    )

    static let acceptSuggestion = decision("acceptSuggestion")
    static let dismissSuggestion = decision("dismissSuggestion")

    private static func decision(_ id: String) -> EndpointDescription {
        EndpointDescription(
            id: id,
            tag: .procurement,
            parameters: [.path("id", .identifier, "Of the suggestion.")],
            answers: [Answer(200, "The suggestion as it is now.", .reference(.suggestion))],
            problems: [.notFound, .alreadyDecided]
        )
    }
}
