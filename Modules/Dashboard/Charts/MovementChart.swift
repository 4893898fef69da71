import Basics

/// Units in above the axis and units out below it, per time bucket.
///
/// The drawing is stretched to fit and holds no text; labels are HTML beside it.
public struct MovementChart: Sendable {
    public struct Bar: Hashable, Sendable {
        /// What the bucket is called: `22 Nov`.
        public let name: String
        public let unitsIn: Int64
        public let unitsOut: Int64

        public init(name: String, unitsIn: Int64, unitsOut: Int64) {
            self.name = name
            self.unitsIn = unitsIn
            self.unitsOut = unitsOut
        }
    }

    private static let width = 720.0
    private static let height = 220.0
    /// The gap between two bars, as a share of a bucket.
    private static let gap = 0.3

    private let bars: [Bar]
    private let above: ChartScale
    private let below: ChartScale

    public init(bars: [Bar]) {
        self.bars = bars
        above = ChartScale(highest: bars.map(\.unitsIn).max() ?? 0)
        below = ChartScale(highest: bars.map(\.unitsOut).max() ?? 0)
    }

    /// The figures at the upper and at the lower end.
    public var labels: [Int64] { [above.top, below.top] }

    public func svg(title: String, text: String) -> String {
        guard !bars.isEmpty else { return "" }
        // A unit has the same length above and below the axis, whose position leaves room for both.
        let axis = Self.height * Double(above.top) / (Double(above.top) + Double(below.top))
        let bucket = Self.width / Double(bars.count)
        var drawing = """
            <svg role="img" viewBox="0 0 \(length(Self.width)) \(length(Self.height))" preserveAspectRatio="none">\
            <title>\(HTMLText.escaped(title))</title><desc>\(HTMLText.escaped(text))</desc>\
            <path class="grid" d="M0 0H\(length(Self.width))M0 \(length(Self.height))H\(length(Self.width))"/>
            """
        for (index, bar) in bars.enumerated() {
            let x = (Double(index) + Self.gap / 2) * bucket
            let up = above.share(bar.unitsIn) * axis
            let down = below.share(bar.unitsOut) * (Self.height - axis)
            let width = length(bucket * (1 - Self.gap))
            drawing += "<g><title>\(HTMLText.escaped(bar.name)): \(Figures.grouped(bar.unitsIn)) in, "
            drawing += "\(Figures.grouped(bar.unitsOut)) out</title>"
            // The whole bucket can be hovered over, not only the drawn bar.
            drawing += "<rect class=\"touch\" x=\"\(length(Double(index) * bucket))\" y=\"0\" "
            drawing += "width=\"\(length(bucket))\" height=\"\(length(Self.height))\"/>"
            if up > 0 {
                drawing += "<rect class=\"in\" x=\"\(length(x))\" y=\"\(length(axis - up))\" width=\"\(width)\" "
                drawing += "height=\"\(length(up))\"/>"
            }
            if down > 0 {
                drawing += "<rect class=\"out\" x=\"\(length(x))\" y=\"\(length(axis))\" width=\"\(width)\" "
                drawing += "height=\"\(length(down))\"/>"
            }
            drawing += "</g>"
        }
        return drawing + "<path class=\"axis\" d=\"M0 \(length(axis))H\(length(Self.width))\"/></svg>"
    }
}
