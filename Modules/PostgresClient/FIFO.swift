/// A queue on an array: append at the end, take from the front in constant time.
struct FIFO<Element> {
    private var elements: [Element?] = []
    private var head = 0

    var isEmpty: Bool { head == elements.count }
    var count: Int { elements.count - head }

    var first: Element? { isEmpty ? nil : elements[head] }

    mutating func append(_ element: Element) { elements.append(element) }

    mutating func popFirst() -> Element? {
        guard !isEmpty else { return nil }
        var element: Element?
        swap(&element, &elements[head])
        head += 1
        if head == elements.count {
            elements.removeAll(keepingCapacity: true)
            head = 0
        } else if head >= 64, head * 2 >= elements.count {
            // Half of the array is empty: moving the rest costs no more than the removals since the last time.
            elements.removeFirst(head)
            head = 0
        }
        return element
    }

    /// Changes the first element in place; there must be one.
    mutating func withFirst<Result>(_ body: (inout Element) -> Result) -> Result {
        guard var element = elements[head] else { preconditionFailure("the queue has no first element") }
        // Removed during the call, so that its content is not copied on write.
        elements[head] = nil
        defer { elements[head] = element }
        return body(&element)
    }

    /// The elements, first to last.
    var all: some Sequence<Element> { elements[head...].lazy.compactMap { $0 } }
}
