/// Units that came in above the axis and units that went out below it, bucket by bucket.
///
/// The drawing is stretched to its place and holds no text; labels stand beside it in HTML.
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
    /// One for both directions, so that they can be compared.
    private let scale: ChartScale

    public init(bars: [Bar]) {
        self.bars = bars
        scale = ChartScale(highest: bars.map { max($0.unitsIn, $0.unitsOut) }.max() ?? 0)
    }

    /// The figures beside the axis from above to below: in, nothing, out.
    public var labels: [Int64] { [scale.top, 0, scale.top] }

    public func svg(title: String, text: String) -> String {
        guard !bars.isEmpty else { return "" }
        let middle = Self.height / 2
        let bucket = Self.width / Double(bars.count)
        var drawing = """
            <svg role="img" viewBox="0 0 \(length(Self.width)) \(length(Self.height))" preserveAspectRatio="none">\
            <title>\(HTMLText.escaped(title))</title><desc>\(HTMLText.escaped(text))</desc>\
            <path class="grid" d="M0 0H\(length(Self.width))M0 \(length(Self.height))H\(length(Self.width))"/>
            """
        for (index, bar) in bars.enumerated() {
            let x = (Double(index) + Self.gap / 2) * bucket
            let up = scale.share(bar.unitsIn) * middle
            let down = scale.share(bar.unitsOut) * middle
            let width = length(bucket * (1 - Self.gap))
            drawing += "<g><title>\(HTMLText.escaped(bar.name)): \(Figures.grouped(bar.unitsIn)) in, "
            drawing += "\(Figures.grouped(bar.unitsOut)) out</title>"
            // The whole bucket can be pointed at, not only what is drawn of it.
            drawing += "<rect class=\"touch\" x=\"\(length(Double(index) * bucket))\" y=\"0\" "
            drawing += "width=\"\(length(bucket))\" height=\"\(length(Self.height))\"/>"
            if up > 0 {
                drawing += "<rect class=\"in\" x=\"\(length(x))\" y=\"\(length(middle - up))\" width=\"\(width)\" "
                drawing += "height=\"\(length(up))\"/>"
            }
            if down > 0 {
                drawing += "<rect class=\"out\" x=\"\(length(x))\" y=\"\(length(middle))\" width=\"\(width)\" "
                drawing += "height=\"\(length(down))\"/>"
            }
            drawing += "</g>"
        }
        return drawing + "<path class=\"axis\" d=\"M0 \(length(middle))H\(length(Self.width))\"/></svg>"
    }
}
