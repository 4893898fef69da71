/// A schema that has a name in the API's description.
struct SchemaComponent: Sendable {
    let name: String
    let schema: Schema

    init(_ name: String, _ schema: Schema) {
        self.name = name
        self.schema = schema
    }

    /// Every component, in the order shown.
    static let all: [SchemaComponent] =
        [
            .product, .warehouse, .inventoryRecord, .lowStockLine, .transaction, .stockState, .availability,
            .stockChange, .adjustment, .transferred, .receiveOperation, .shipOperation, .adjustByChangeOperation,
            .adjustByCountOperation, .adjustByChange, .adjustByCount,
            .transferOperation, .reservation, .orderState, .alert, .suggestion, .summary, .topMover, .turnoverReport,
            .turnover, .movement, .importSummary, .health, .problem,
        ] + ProblemCode.allCases.map(SchemaComponent.problem)
}
