import Basics

/// Stock on hand and available as steps over time.
///
/// The drawing is stretched to fit and holds no text; labels are HTML beside it, so that they keep their size on a
/// phone.
public struct HistoryChart: Sendable {
    /// The figures from an instant on.
    public struct Step: Hashable, Sendable {
        /// Milliseconds since 1970.
        public let at: Int64
        public let onHand: Int64
        public let available: Int64

        public init(at: Int64, onHand: Int64, available: Int64) {
            self.at = at
            self.onHand = onHand
            self.available = available
        }
    }

    private static let width = 720.0
    private static let height = 200.0

    private let steps: [Step]
    private let end: Int64
    private let scale: ChartScale

    /// - Parameters:
    ///   - steps: oldest first.
    ///   - end: until when the last one holds.
    public init(steps: [Step], end: Int64) {
        self.steps = steps
        self.end = max(end, (steps.last?.at ?? 0) + 1)
        scale = ChartScale(highest: steps.map(\.onHand).max() ?? 0)
    }

    /// The figures beside the axis, highest first.
    public var labels: [Int64] { scale.labels }

    /// - Parameters:
    ///   - title: what the drawing is.
    ///   - text: what it shows, in a sentence.
    public func svg(title: String, text: String) -> String {
        guard let first = steps.first else { return "" }
        let span = Double(end - first.at)
        func x(_ at: Int64) -> String { length(Double(at - first.at) / span * Self.width) }
        func y(_ value: Int64) -> String { length(Self.height - scale.share(value) * Self.height) }
        func line(_ value: (Step) -> Int64) -> String {
            var path = "M0 \(y(value(first)))"
            for step in steps.dropFirst() { path += "H\(x(step.at))V\(y(value(step)))" }
            return path + "H\(length(Self.width))"
        }
        let onHand = line(\.onHand)
        let available = line(\.available)
        let floor = length(Self.height)
        return """
            <svg role="img" viewBox="0 0 \(length(Self.width)) \(floor)" preserveAspectRatio="none">\
            <title>\(HTMLText.escaped(title))</title><desc>\(HTMLText.escaped(text))</desc>\
            <path class="grid" d="M0 0H\(length(Self.width))M0 \(length(Self.height / 2))H\(length(Self.width))\
            M0 \(floor)H\(length(Self.width))"/>\
            <path class="area" d="\(available)V\(floor)H0Z"/>\
            <path class="line on-hand" d="\(onHand)"/>\
            <path class="line available" d="\(available)"/></svg>
            """
    }
}
