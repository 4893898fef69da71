public import Domain

/// What one reader wants of the cache.
public enum CacheQuestion: Hashable, Sendable {
    case record(RecordKey)
    case availability([ProductID])

    /// How many entries it is about.
    public var count: Int {
        switch self {
        case .record: 1
        case .availability(let products): products.count
        }
    }
}

/// What many readers want of the cache, asked in one go by those who cannot wait.
///
/// They are event loops: what came in one turn of a loop costs one round trip.
public struct CacheQuestions: Sendable {
    public private(set) var all: [CacheQuestion] = []
    /// Entries that all of them are about.
    public private(set) var count = 0

    public init() {}

    public mutating func append(_ question: CacheQuestion) {
        all.append(question)
        count += question.count
    }
}

/// What the cache had. Entries are taken apart only when they are asked for, on the asker's thread.
public protocol CacheAnswers: Sendable {
    /// The record of a question; nil when it is not there, or the cache could not be asked. To be called once: it is
    /// counted.
    func record(_ question: Int) -> InventoryRecord?

    /// One for each product of a question, nil for those that are not there. To be called once: they are counted.
    func availability(_ question: Int) -> [(any AvailabilityLines)?]
}

/// What of one product can be sold, for those who write it down and keep nothing.
public protocol AvailabilityLines: Sendable {
    /// The sum over all warehouses, in units.
    var quantityAvailable: Int64 { get }

    /// Calls with each warehouse's code, in UTF-8, and what it has, ordered by code.
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
