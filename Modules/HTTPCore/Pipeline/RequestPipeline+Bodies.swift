package import HTTPTypes
package import NIOCore

/// What a route takes of a body.
extension RequestPipeline {
    package func collect(
        _ body: any RequestBody,
        _ rule: BodyRule,
        _ headers: HTTPFields
    ) async throws -> ByteBuffer {
        let declared = try check(headers, for: rule)
        switch rule {
        case .ignored:
            // Nobody reads it, but the limit is the same as for a body that says its length.
            if headers[.transferEncoding] != nil { _ = try await read(body, rule.limit) }
            return ByteBuffer()
        case .csv: return ByteBuffer()
        case .form(let limit), .json(let limit): return try await readWhole(body, limit, declared)
        }
    }

    /// The same of a body that is here as a whole.
    package func collectNow(_ bytes: ByteBuffer, _ rule: BodyRule, _ headers: HTTPFields) throws -> ByteBuffer {
        let declared = try check(headers, for: rule)
        guard bytes.readableBytes <= rule.limit else { throw Problem.payloadTooLarge(limit: rule.limit) }
        guard rule != .ignored else { return ByteBuffer() }
        if let declared, declared != bytes.readableBytes { throw Problem.wrongLength }
        return bytes
    }

    /// - Returns: the length that the headers tell.
    /// - Throws: for a body that is not taken, before a byte of it is read: the connection drops the rest.
    private func check(_ headers: HTTPFields, for rule: BodyRule) throws(Problem) -> Int? {
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

    private func readWhole(_ body: any RequestBody, _ limit: Int, _ declared: Int?) async throws -> ByteBuffer {
        let bytes = try await read(body, limit)
        if let declared, declared != bytes.readableBytes {
            throw Problem.wrongLength
        }
        return bytes
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
