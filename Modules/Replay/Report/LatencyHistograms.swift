import Basics

/// One histogram per kind of call.
struct LatencyHistograms: Equatable, Sendable {
    var reserve = LatencyHistogram()
    var confirm = LatencyHistogram()
    var release = LatencyHistogram()
}
