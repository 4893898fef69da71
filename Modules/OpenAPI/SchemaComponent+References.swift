import HTTPCore

extension SchemaComponent {
    /// The components that the routes' descriptions refer to, directly or through others, in the order of their
    /// first mention; then the errors.
    static func referenced(by endpoints: [Endpoint]) -> [SchemaComponent] {
        var found: [SchemaComponent] = []
        var names: Set<String> = []
        func visit(_ components: [SchemaComponent]) {
            for component in components where names.insert(component.name).inserted {
                found.append(component)
                visit(component.schema.components)
            }
        }
        for description in endpoints.compactMap(\.description) {
            visit(description.parameters.flatMap(\.schema.components))
            visit(description.body?.schema.components ?? [])
            visit(description.answers.flatMap { $0.content?.schema.components ?? [] })
        }
        visit([.problem] + ProblemCode.allCases.map(SchemaComponent.problem))
        return found
    }
}
