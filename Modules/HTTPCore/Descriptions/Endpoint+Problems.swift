import HTTPTypes

extension Endpoint {
    /// Every error that the route may give: its own, and those that the pipeline gives before any handler runs.
    package var problems: [ProblemCode] {
        // A body is bounded also where it is dropped, and any request may be no HTTP.
        var codes: Set<ProblemCode> = [.malformedRequest, .payloadTooLarge, .internalError]
        if scope != nil { codes.formUnion([.unauthorized, .forbidden, .rateLimited, .unavailable]) }
        if body != .ignored { codes.formUnion([.unsupportedMediaType, .validationFailed]) }
        if let description, description.parameters.contains(where: { $0.place != .header }) {
            codes.insert(.validationFailed)
        }
        // A key that is none is a fault of a field; one of another request has a code of its own.
        if isWrite { codes.formUnion([.validationFailed, .idempotencyKeyReused]) }
        codes.formUnion(description?.problems ?? [])
        return ProblemCode.allCases.filter(codes.contains)
    }

    /// The parameters of the route, and those that its method has.
    package var parameters: [EndpointDescription.Parameter] {
        let own = description?.parameters ?? []
        return isWrite ? own + [.idempotencyKey] : own
    }

    /// Whether it takes an `Idempotency-Key`.
    package var isWrite: Bool { [.post, .put, .patch, .delete].contains(method) }
}
