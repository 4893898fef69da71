import CLibPQ
import Glibc

/// A `PGconn` and all libpq calls on it. Only ``open(_:)`` blocks.
///
/// `@unchecked Sendable`: it has one owner at a time, as libpq requires: first the connecting thread, then the connection's
/// actor on the reactor's thread.
final class LibpqConnection: @unchecked Sendable {
    /// The result of one step of a pipeline.
    enum Reception {
        case value(PostgresResult)
        case failure(PostgresError, endsSession: Bool)
        case skipped
        case sync
        case unexpected(String)
    }

    let notices = NoticeReceiver()
    private var connection: OpaquePointer?

    private init(connection: OpaquePointer) {
        self.connection = connection
        PQsetNoticeReceiver(
            connection,
            { argument, result in
                guard let argument, let result else { return }
                Unmanaged<NoticeReceiver>.fromOpaque(argument).takeUnretainedValue().receive(result)
            },
            Unmanaged.passUnretained(notices).toOpaque()
        )
    }

    deinit { close() }

    /// Connects, and blocks until that has succeeded or failed: name resolution, each host in turn, TLS, authentication.
    static func open(_ configuration: PostgresConfiguration) throws(PostgresError) -> LibpqConnection {
        // Checked first, because libpq's own error would quote the conninfo.
        if let fault = PostgresConfiguration.fault(in: configuration.conninfo) {
            throw PostgresError(.cannotConnect, "the address is not valid: \(fault)")
        }
        let parameters = configuration.parameters
        var keywords: [UnsafePointer<CChar>?] = parameters.map { UnsafePointer(strdup($0.0)) }
        var values: [UnsafePointer<CChar>?] = parameters.map { UnsafePointer(strdup($0.1)) }
        defer { for pointer in keywords + values { free(UnsafeMutablePointer(mutating: pointer)) } }
        keywords.append(nil)
        values.append(nil)
        guard let pointer = PQconnectdbParams(keywords, values, 1) else {
            throw PostgresError(.cannotConnect, "out of memory")
        }
        let connection = LibpqConnection(connection: pointer)
        guard PQstatus(pointer) == CONNECTION_OK else {
            throw PostgresError(.cannotConnect, connection.errorMessage)
        }
        guard PQsetnonblocking(pointer, 1) == 0, PQenterPipelineMode(pointer) == 1 else {
            throw PostgresError(.protocolViolation, connection.errorMessage)
        }
        return connection
    }

    var socket: CInt { PQsocket(connection) }
    var usesTLS: Bool { PQsslInUse(connection) != 0 }
    var processID: Int32 { PQbackendPID(connection) }
    var errorMessage: String {
        guard let text = PQerrorMessage(connection) else { return "" }
        return String(cString: text).trimmingTrailingNewlines()
    }
    var transactionStatus: PGTransactionStatusType { PQtransactionStatus(connection) }
    var isBroken: Bool { PQstatus(connection) != CONNECTION_OK }

    func close() {
        guard let connection else { return }
        self.connection = nil
        PQfinish(connection)
    }

    // MARK: - Sending

    func enterPipelineMode() -> Bool { PQenterPipelineMode(connection) == 1 }

    func exitPipelineMode() -> Bool { PQexitPipelineMode(connection) == 1 }

    func sendPrepare(name: String, sql: String, parameters: PostgresParameters) -> Bool {
        parameters.withTypes { types in
            PQsendPrepare(connection, name, sql, CInt(types.count), types.baseAddress) == 1
        }
    }

    func sendPrepared(name: String, parameters: PostgresParameters) -> Bool {
        parameters.withPointers { count, values, lengths, formats in
            PQsendQueryPrepared(connection, name, count, values, lengths, formats, 1) == 1
        }
    }

    func sendUnprepared(sql: String, parameters: PostgresParameters) -> Bool {
        parameters.withTypes { types in
            parameters.withPointers { count, values, lengths, formats in
                PQsendQueryParams(connection, sql, count, types.baseAddress, values, lengths, formats, 1) == 1
            }
        }
    }

    func sendScript(_ sql: String) -> Bool { PQsendQuery(connection, sql) == 1 }

    /// Ends a pipeline and starts sending it.
    func sync() -> Bool { PQpipelineSync(connection) == 1 }

    /// Sends as much as the socket accepts: true if all was sent, false if some is left, `nil` if the connection is broken.
    func flush() -> Bool? {
        switch PQflush(connection) {
        case 0: true
        case 1: false
        default: nil
        }
    }

    // MARK: - Receiving

    /// Reads what has arrived; false if the connection is broken.
    func consumeInput() -> Bool { PQconsumeInput(connection) == 1 }

    /// True while the next result has not fully arrived.
    var isBusy: Bool { PQisBusy(connection) != 0 }

    /// The next result that has arrived; `nil` separates the results of a pipeline and ends a script. It would block while
    /// ``isBusy``.
    func nextReception() -> Reception? {
        guard let result = PQgetResult(connection) else { return nil }
        let status = PQresultStatus(result)
        switch status {
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY:
            return .value(PostgresResult(taking: result))
        case PGRES_PIPELINE_SYNC:
            PQclear(result)
            return .sync
        case PGRES_PIPELINE_ABORTED:
            PQclear(result)
            return .skipped
        case PGRES_FATAL_ERROR, PGRES_NONFATAL_ERROR, PGRES_BAD_RESPONSE:
            defer { PQclear(result) }
            let severity = result.field(.severity)
            let endsSession = severity == "FATAL" || severity == "PANIC" || isBroken
            return .failure(
                PostgresError(endsSession ? .connectionLost : .server, from: result),
                endsSession: endsSession
            )
        default:
            defer { PQclear(result) }
            return .unexpected(PQresStatus(status).map { String(cString: $0) } ?? "\(status)")
        }
    }

    func nextNotification() -> PostgresNotification? {
        guard let notification = PQnotifies(connection) else { return nil }
        defer { PQfreemem(notification) }
        let (channel, payload) = (notification.pointee.relname, notification.pointee.extra)
        return PostgresNotification(
            channel: channel.map { String(cString: $0) } ?? "",
            payload: payload.map { String(cString: $0) } ?? "",
            processID: notification.pointee.be_pid
        )
    }

    // MARK: - Cancelling

    /// A function that asks the server, over another connection, to cancel this connection's running statement. It blocks.
    func makeCancellation() -> (@Sendable () -> Void)? {
        guard let handle = PQgetCancel(connection) else { return nil }
        let cancellation = Cancellation(handle: handle)
        return { cancellation.request() }
    }

    /// `@unchecked Sendable`: libpq allows a `PGcancel` on any thread, and only one thread uses this one.
    private final class Cancellation: @unchecked Sendable {
        private let handle: OpaquePointer
        init(handle: OpaquePointer) { self.handle = handle }
        deinit { PQfreeCancel(handle) }

        func request() {
            withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { message in
                // A failure changes nothing: the connection is closed anyway.
                _ = PQcancel(handle, message.baseAddress, CInt(message.count))
            }
        }
    }
}
