import HTTPTypes
import NIOCore

/// Checks and reads request bodies.
extension RequestPipeline {
    /// Reads the body by the route's rule. A streamed body is left to the handler.
    func collect(
        _ body: any RequestBody,
        _ rule: BodyRule,
        _ headers: HTTPFields
    ) async throws -> ByteBuffer {
        let declared = try checkHeaders(headers, for: rule)
        switch rule {
        case .csv: return ByteBuffer()
        // An ignored body is read only when its length is not declared, to check the limit.
        case .ignored where headers[.transferEncoding] == nil: return ByteBuffer()
        case .ignored, .form, .json: return try accept(try await read(body, rule.limit), for: rule, declared: declared)
        }
    }

    /// Checks a complete body; an ignored body becomes empty.
    /// - Parameter declared: the value of `Content-Length`.
    func accept(_ bytes: ByteBuffer, for rule: BodyRule, declared: Int?) throws(Problem) -> ByteBuffer {
        guard bytes.readableBytes <= rule.limit else { throw Problem.payloadTooLarge(limit: rule.limit) }
        guard rule != .ignored else { return ByteBuffer() }
        if let declared, declared != bytes.readableBytes { throw Problem.wrongLength }
        return bytes
    }

    /// - Returns: the value of `Content-Length`.
    /// - Throws: when the body is not acceptable, before it is read; the connection drops the rest.
    func checkHeaders(_ headers: HTTPFields, for rule: BodyRule) throws(Problem) -> Int? {
        let declared = headers[.contentLength].flatMap(Int.init)
        if let declared, declared > rule.limit { throw Problem.payloadTooLarge(limit: rule.limit) }
        guard rule != .ignored else { return declared }
        if let encoding = headers[.contentEncoding], encoding.lowercased() != "identity" {
            throw Problem(
                .unsupportedMediaType, "The body must not be encoded; Content-Encoding says \(encoding.prefix(20)).")
        }
        guard let type = headers[.contentType] else { return declared }
        switch rule {
        case .ignored: break
        case .csv where !ContentType.isCSV(type):
            throw Problem(.unsupportedMediaType, "The body must be text/csv, in UTF-8.")
        case .form where !ContentType.isForm(type):
            throw Problem(.unsupportedMediaType, "The body must be application/x-www-form-urlencoded, in UTF-8.")
        case .json where !ContentType.isJSON(type):
            throw Problem(.unsupportedMediaType, "The body must be application/json.")
        case .csv, .form, .json: break
        }
        return declared
    }

    private func read(_ body: any RequestBody, _ limit: Int) async throws -> ByteBuffer {
        do {
            return try await body.collect(upTo: limit)
        } catch is NIOTooManyBytesError {
            throw Problem.payloadTooLarge(limit: limit)
        } catch {
            throw BrokenBody(underlying: error)
        }
    }
}
