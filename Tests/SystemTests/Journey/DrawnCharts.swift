import TestSupport

/// The drawn chart of movements: the bars' names and figures. Also checks that each bar is as long as its figure
/// requires.
struct DrawnMovements {
    /// Oldest first; the last element is the drawing's description.
    let bars: [JSON]

    private static let height = 220.0
    /// Lengths are rounded to a tenth.
    private static let tolerance = 0.051

    init(page: PageFigures) throws {
        let part = page.part("movements")
        let tops = try DrawnCharts.labels(part)
        guard tops.count == 2 else { throw Failure("labels: \(tops)") }
        var bars: [JSON] = []
        let groups = part.matches(of: PageFigures.pattern("<g><title>(.*?): (.*?) in, (.*?) out</title>(.*?)</g>"))
        for group in groups {
            let figures = [PageFigures.plain(group.text(2)), PageFigures.plain(group.text(3))]
            for (figure, kind) in zip(figures, ["in", "out"]) {
                // A unit has the same length above and below the axis, and both scales together fill the height.
                let wanted = (Double(figure) ?? .nan) / (tops[0] + tops[1]) * Self.height
                let bar = PageFigures.pattern("class=\"\(kind)\"[^>]*height=\"([^\"]*)\"")
                let drawn = group.text(4).firstMatch(of: bar).flatMap { Double($0.text(1)) } ?? 0
                guard abs(drawn - wanted) <= Self.tolerance else {
                    throw Failure("\(group.text(1)): \(figure) \(kind) is \(drawn) long and not \(wanted)")
                }
            }
            bars.append(["name": .string(group.text(1)), "in": .string(figures[0]), "out": .string(figures[1])])
        }
        self.bars = bars + [.string(DrawnCharts.sentence(part))]
    }

    static let sql = """
        SELECT line::text FROM (
            SELECT bucket, json_build_object('name', to_char(bucket AT TIME ZONE 'UTC', 'FMDD Mon'),
                'in', units_in::text, 'out', units_out::text) AS line
            FROM (\(PlainFigures.moved(buckets: 30, hours: 24))) moved
            UNION ALL
            SELECT NULL, to_json(format('%s units in and %s out from %s to %s.', sum(units_in), sum(units_out),
                to_char(min(bucket) AT TIME ZONE 'UTC', 'FMDD Mon'),
                to_char(max(bucket) AT TIME ZONE 'UTC', 'FMDD Mon')))
            FROM (\(PlainFigures.moved(buckets: 30, hours: 24))) moved
        ) lines ORDER BY bucket NULLS LAST
        """
}

/// The drawn chart of a record's history.
struct DrawnHistory {
    private static let (width, height) = (720.0, 200.0)
    private static let tolerance = 0.051

    private let part: String
    private let top: Double

    init(page: PageFigures) throws {
        part = page.part("history")
        top = try DrawnCharts.labels(part).first ?? .nan
    }

    /// - Parameter rows: milliseconds, on hand, available, and the minute as text, oldest first.
    func differences(from rows: [JSON]) throws -> [String] {
        guard let first = rows.first, let last = rows.last else { return part.contains("<svg") ? ["a chart"] : [] }
        var differences: [String] = []
        let sentence = """
            From \(first[1]) on hand at \(first[3].text ?? "") UTC to \(last[1]) at \(last[3].text ?? "") UTC, \
            of which \(last[2]) are available.
            """
        if DrawnCharts.sentence(part) != sentence { differences.append("\(DrawnCharts.sentence(part))") }
        for (column, name) in [(1, "on-hand"), (2, "available")] {
            let path = part.firstMatch(of: PageFigures.pattern("class=\"line \(name)\" d=\"([^\"]*)\""))?.text(1) ?? ""
            let drawn = DrawnCharts.points(path)
            let wanted = points(rows, column)
            let fits = zip(drawn, wanted).allSatisfy {
                abs($0.x - $1.x) <= Self.tolerance && abs($0.y - $1.y) <= Self.tolerance
            }
            if drawn.count != wanted.count || !fits { differences.append("\(name): \(path)") }
        }
        return differences
    }

    private func points(_ rows: [JSON], _ column: Int) -> [(x: Double, y: Double)] {
        let start = rows[0][0].int ?? 0
        let length = (rows[rows.count - 1][0].int ?? 0) - start
        // The line ends slightly after the last change, so that the change is visible.
        let span = Double(length + max(1_000, length / 40))
        return rows.map { row in
            (
                x: Double((row[0].int ?? 0) - start) / span * Self.width,
                y: Self.height * (1 - Double(row[column].int ?? 0) / top)
            )
        }
    }
}

private enum DrawnCharts {
    /// The labels of the axis, from the top.
    static func labels(_ part: String) throws -> [Double] {
        guard let axis = part.firstMatch(of: PageFigures.pattern("class=\"axis-y\"[^>]*>(.*?)</div>")) else {
            return []
        }
        return axis.text(1).matches(of: PageFigures.pattern("<span>(.*?)</span>"))
            .compactMap { Double(PageFigures.plain($0.text(1))) }
    }

    static func sentence(_ part: String) -> String {
        PageFigures.plain(part.firstMatch(of: PageFigures.pattern("<desc>(.*?)</desc>"))?.text(1) ?? "")
    }

    /// The start of each step of `M0 yHxVyHxVy…Hw`.
    static func points(_ path: String) -> [(x: Double, y: Double)] {
        let numbers = path.split { "MHV ".contains($0) }.compactMap { Double($0) }
        return stride(from: 0, to: numbers.count - 1, by: 2).map { (numbers[$0], numbers[$0 + 1]) }
    }
}
