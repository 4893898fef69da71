import CLibPQ

/// Receives the server's messages that do not answer a query. libpq calls it while it reads, on the connection's thread.
final class NoticeReceiver {
    var onNotice: ((PostgresNotice) -> Void)?
    /// Why the server ends an idle session ("terminating connection due to …"), which comes as a notice.
    private(set) var sessionEnd: PostgresError?

    func receive(_ result: OpaquePointer) {
        let severity = result.field(.severity) ?? ""
        if severity == "FATAL" || severity == "PANIC" {
            sessionEnd = PostgresError(.connectionLost, from: result)
        } else {
            onNotice?(
                PostgresNotice(
                    severity: severity,
                    sqlState: result.field(.sqlState),
                    message: result.field(.message) ?? ""
                )
            )
        }
    }
}

/// The fields of an error or notice. The codes are macros of `postgres_ext.h` that Swift does not import.
enum DiagnosticField: Unicode.Scalar {
    case severity = "V"
    case sqlState = "C"
    case message = "M"
    case detail = "D"
    case hint = "H"
    case table = "t"
    case column = "c"
    case constraint = "n"
}

extension OpaquePointer {
    /// A field of the error or notice in this `PGresult`.
    func field(_ field: DiagnosticField) -> String? {
        PQresultErrorField(self, CInt(field.rawValue.value)).map { String(cString: $0) }
    }
}

extension PostgresError {
    /// The error in a `PGresult`.
    init(_ code: Code, from result: OpaquePointer) {
        let text = PQresultErrorMessage(result).map { String(cString: $0).trimmingTrailingNewlines() }
        self.init(
            code,
            result.field(.message) ?? text ?? "",
            sqlState: result.field(.sqlState),
            wasSent: true
        )
        detail = result.field(.detail)
        hint = result.field(.hint)
        constraint = result.field(.constraint)
        table = result.field(.table)
        column = result.field(.column)
    }
}

extension String {
    /// libpq ends its messages with a newline.
    func trimmingTrailingNewlines() -> String {
        var text = self[...]
        while text.last == "\n" { text.removeLast() }
        return String(text)
    }
}
