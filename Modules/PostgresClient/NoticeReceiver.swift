import CLibPQ

/// Where libpq delivers what is not the answer to a query. libpq calls it while it reads, on the connection's thread.
final class NoticeReceiver {
    var onNotice: ((PostgresNotice) -> Void)?
    /// The server's last words on an idle line ("terminating connection due to …") come as a notice.
    private(set) var farewell: PostgresError?

    func receive(_ result: OpaquePointer) {
        let severity = result.field(.severity) ?? ""
        if severity == "FATAL" || severity == "PANIC" {
            farewell = PostgresError(.connectionLost, from: result)
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

/// The fields of an error or notice; the codes of `postgres_ext.h`, which are character macros that Swift does not import.
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
        let words = PQresultErrorMessage(result).map { String(cString: $0).trimmingTrailingNewlines() }
        self.init(
            code,
            result.field(.message) ?? words ?? "",
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
