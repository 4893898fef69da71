extension Unicode.Scalar {
    /// Whether it shows, and moves no other text: logs and tables show names as they are. No space does.
    var isVisible: Bool {
        switch properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
            .spaceSeparator:
            false
        default: true
        }
    }
}
