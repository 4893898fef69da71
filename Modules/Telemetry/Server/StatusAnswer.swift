/// Why a request gets no answer of its kind. The connection is closed after it.
enum StatusRefusal: Error {
    case badRequest
    case headTooLarge
    case versionNotSupported
}

/// An answer and its bytes.
struct StatusAnswer: Equatable {
    let status: Status
    var contentType = "text/plain; charset=utf-8"
    var body: String
    var allowsReadingOnly = false

    enum Status: String {
        case ok = "200 OK"
        case badRequest = "400 Bad Request"
        case notFound = "404 Not Found"
        case methodNotAllowed = "405 Method Not Allowed"
        case headTooLarge = "431 Request Header Fields Too Large"
        case unavailable = "503 Service Unavailable"
        case versionNotSupported = "505 HTTP Version Not Supported"
    }

    static let notFound = StatusAnswer(status: .notFound, body: "not found\n")
    static let methodNotAllowed = StatusAnswer(
        status: .methodNotAllowed,
        body: "GET and HEAD only\n",
        allowsReadingOnly: true
    )

    static func refusal(_ refusal: StatusRefusal) -> StatusAnswer {
        switch refusal {
        case .badRequest: StatusAnswer(status: .badRequest, body: "not an HTTP/1.1 request\n")
        case .headTooLarge: StatusAnswer(status: .headTooLarge, body: "the request's head is too long\n")
        case .versionNotSupported: StatusAnswer(status: .versionNotSupported, body: "HTTP/1.1 only\n")
        }
    }

    static func metrics(_ text: String) -> StatusAnswer {
        StatusAnswer(status: .ok, contentType: MetricsRegistry.contentType, body: text)
    }

    static let live = StatusAnswer(status: .ok, contentType: "application/json", body: HealthReport.liveJSON)

    static func ready(_ report: HealthReport) -> StatusAnswer {
        StatusAnswer(
            status: report.status == .unavailable ? .unavailable : .ok,
            contentType: "application/json",
            body: report.json
        )
    }

    /// As it goes over the wire.
    /// - Parameter withBody: false for HEAD, whose fields are those of GET.
    func bytes(withBody: Bool, date: LogTime) -> [UInt8] {
        var text = "HTTP/1.1 \(status.rawValue)\r\nDate: \(date.httpDate)\r\n"
        text += "Content-Type: \(contentType)\r\nContent-Length: \(body.utf8.count)\r\n"
        if allowsReadingOnly { text += "Allow: GET, HEAD\r\n" }
        text += "Cache-Control: no-store\r\nConnection: close\r\n\r\n"
        if withBody { text += body }
        return Array(text.utf8)
    }
}
