public import Domain

/// A cache lookup of one request.
public enum CacheQuestion: Hashable, Sendable {
    case record(RecordKey)
    case availability([ProductID])

    /// The number of entries that it looks up.
    public var count: Int {
        switch self {
        case .record: 1
        case .availability(let products): products.count
        }
    }
}

/// The cache lookups of many requests in one round trip.
///
/// An event loop collects the lookups of one turn of the loop, because it cannot wait for each.
public struct CacheQuestions: Sendable {
    public private(set) var all: [CacheQuestion] = []
    /// The number of entries that all of them look up.
    public private(set) var count = 0

    public init() {}

    public mutating func append(_ question: CacheQuestion) {
        all.append(question)
        count += question.count
    }
}

/// The cache's answers. An entry is decoded only when it is read, on the reader's thread.
public protocol CacheAnswers: Sendable {
    /// The record of a question; nil if it is not cached or the cache did not answer. Call it once: each call counts as
    /// a hit or a miss.
    func record(_ question: Int) -> InventoryRecord?

    /// One for each product of a question, nil for those that are not cached. Call it once: each call counts hits and
    /// misses.
    func availability(_ question: Int) -> [(any AvailabilityLines)?]
}

/// The availability of one product, in a form that can be written out without copies.
public protocol AvailabilityLines: Sendable {
    /// The sum over all warehouses, in units.
    var quantityAvailable: Int64 { get }

    /// Calls `body` with the code of each warehouse, in UTF-8, and the units available there, ordered by code.
    func forEachLine(_ body: (_ code: UnsafeRawBufferPointer, _ quantityAvailable: Int64) -> Void)
}

extension ProductAvailability: AvailabilityLines {
    public func forEachLine(_ body: (_ code: UnsafeRawBufferPointer, _ quantityAvailable: Int64) -> Void) {
        for line in lines {
            var code = line.warehouseCode.description
            code.withUTF8 { body(UnsafeRawBufferPointer($0), line.quantityAvailable) }
        }
    }
}
