public import PostgresClient
public import UseCases

extension ServiceFailure {
    /// The failure that a port throws for a failed statement.
    @usableFromInline
    package init(_ error: PostgresError) {
        switch error.code {
        case .connectionLost, .cannotConnect, .timeout, .poolExhausted, .closed:
            self = .unavailable(cause: error.operatorDescription)
        case .server where error.isServerUnavailable:
            self = .unavailable(cause: error.operatorDescription)
        case .server, .decoding, .protocolViolation:
            self = .internalFault(cause: error.operatorDescription)
        }
    }
}

extension PostgresError {
    /// Whether the server is stopping or overloaded: class 57 (operator intervention), class 53 (insufficient
    /// resources), class 08 (connection exception) and 25006, which a demoted primary answers.
    package var isServerUnavailable: Bool {
        guard let sqlState else { return false }
        return sqlState.hasPrefix("57") || sqlState.hasPrefix("53") || sqlState.hasPrefix("08") || sqlState == "25006"
    }

    /// Runs a query and maps its error to the ports' `ServiceFailure`.
    @inlinable
    package static func mapping<Value>(
        _ body: () async throws(PostgresError) -> Value
    ) async throws(ServiceFailure) -> Value {
        do {
            return try await body()
        } catch {
            throw ServiceFailure(error)
        }
    }
}
