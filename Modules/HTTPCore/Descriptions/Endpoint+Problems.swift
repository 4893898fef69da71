import HTTPTypes

extension Endpoint {
    /// Every error that the route may return: its own, and those of the pipeline, which run before any handler.
    package var problems: [ProblemCode] {
        // Dropped bodies are bounded too, and any request may be malformed HTTP.
        var codes: Set<ProblemCode> = [.malformedRequest, .payloadTooLarge, .internalError]
        if scope != nil { codes.formUnion([.unauthorized, .forbidden, .rateLimited, .unavailable]) }
        if body != .ignored { codes.formUnion([.unsupportedMediaType, .validationFailed]) }
        if let description, description.parameters.contains(where: { $0.place != .header }) {
            codes.insert(.validationFailed)
        }
        // A malformed key is a validation error; a key that belongs to another request has its own code.
        if isWrite { codes.formUnion([.validationFailed, .idempotencyKeyReused]) }
        codes.formUnion(description?.problems ?? [])
        return ProblemCode.allCases.filter(codes.contains)
    }

    /// The parameters of the route, and the idempotency key of a write.
    package var parameters: [EndpointDescription.Parameter] {
        let own = description?.parameters ?? []
        return isWrite ? own + [.idempotencyKey] : own
    }

    /// Whether the route takes an `Idempotency-Key`.
    package var isWrite: Bool { [.post, .put, .patch, .delete].contains(method) }
}
