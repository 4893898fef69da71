extension Unicode.Scalar {
    /// Whether the character is visible and does not reorder other text: logs and tables show names unchanged. False
    /// for spaces.
    var isVisible: Bool {
        switch properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
            .spaceSeparator:
            false
        default: true
        }
    }
}
