import TestSupport
import Testing

@testable import Dashboard

@Suite("Charts")
struct ChartTests {
    @Test func `An axis ends at the next round figure above the highest value`() {
        let highest: [Int64] = [0, 1, 2, 3, 7, 9, 10, 11, 21, 51, 99, 101, 1_100]
        #expect(highest.map { ChartScale(highest: $0).top } == [1, 1, 2, 3, 8, 10, 10, 12, 25, 60, 100, 120, 1_200])
        #expect(ChartScale(highest: 9_007_199_254_740_991).top == 10_000_000_000_000_000)
        #expect(ChartScale(highest: .max).top == .max)
        #expect(ChartScale(highest: 20).labels == [20, 10, 0] && ChartScale(highest: 5).labels == [5, 0])
    }

    @Test func `Steps stay within the drawing for any figures`() {
        var random = SeededRandom()
        for _ in 0..<200 {
            var at: Int64 = 1_000
            let steps = (0..<Int.random(in: 1...40, using: &random)).map { _ in
                at += Int64.random(in: 0...1_000_000, using: &random)
                let onHand = Int64.random(in: 0...9_007_199_254_740_991, using: &random)
                return HistoryChart.Step(
                    at: at, onHand: onHand, available: Int64.random(in: 0...onHand, using: &random))
            }
            let svg = HistoryChart(steps: steps, end: at).svg(title: "t", text: "x")
            for line in svg.matches(of: /d="([^"]*)"/) {
                for part in line.output.1.matches(of: /[HV](-?[0-9.]+)/) {
                    let value = Double(part.output.1) ?? -1
                    #expect((0...720).contains(value), "seed \(random.seed): \(part.output.0)")
                }
            }
        }
    }

    @Test func `The chart has a description, and a name cannot break out of it`() {
        let step = HistoryChart.Step(at: 0, onHand: 10, available: 4)
        let svg = HistoryChart(steps: [step], end: 0).svg(title: "<script>", text: "10 & \"4\"")
        #expect(svg.contains("role=\"img\"") && svg.contains("<title>&lt;script&gt;</title>"))
        #expect(svg.contains("<desc>10 &amp; &quot;4&quot;</desc>") && !svg.contains("style="))
        // The highest of the axis at the top, 4 of 10 at three fifths from there.
        #expect(svg.contains("class=\"line on-hand\" d=\"M0 0H720\""))
        #expect(svg.contains("class=\"line available\" d=\"M0 120H720\""))
        #expect(HistoryChart(steps: [], end: 0).svg(title: "", text: "") == "")
    }

    @Test func `Bars go up for units in and down for units out, on the same scale`() {
        let chart = MovementChart(bars: [
            .init(name: "1 Nov", unitsIn: 100, unitsOut: 0), .init(name: "2 Nov", unitsIn: 0, unitsOut: 50),
        ])
        let svg = chart.svg(title: "t", text: "x")
        #expect(chart.labels == [100, 50])
        #expect(svg.contains("class=\"in\" x=\"54\" y=\"0\" width=\"252\" height=\"146.7\""))
        #expect(svg.contains("class=\"out\" x=\"414\" y=\"146.7\" width=\"252\" height=\"73.3\""))
        #expect(svg.contains("<title>2 Nov: 0 in, 50 out</title>"))
        #expect(svg.matches(of: /class="(in|out)"/).count == 2)
    }
}
