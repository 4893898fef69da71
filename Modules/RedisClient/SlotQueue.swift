/// A first-in first-out queue on an array, with access by position for the scan of deadlines.
struct SlotQueue<Element> {
    private var elements: [Element?] = []
    private var head = 0

    var count: Int { elements.count - head }
    var isEmpty: Bool { count == 0 }
    var first: Element? { isEmpty ? nil : elements[head] }

    mutating func append(_ element: Element) {
        elements.append(element)
    }

    mutating func popFirst() -> Element? {
        guard head < elements.count else { return nil }
        defer { compact() }
        let element = elements[head]
        elements[head] = nil
        head += 1
        return element
    }

    /// Visits every element, oldest first; the closure may change it.
    mutating func update(_ body: (inout Element) -> Void) {
        for index in head..<elements.count {
            guard var element = elements[index].take() else { continue }
            body(&element)
            elements[index] = element
        }
    }

    /// Empties the queue.
    mutating func removeAll() -> [Element] {
        defer { self = SlotQueue() }
        return elements[head...].compactMap { $0 }
    }

    /// Moves the rest to the front once the head has passed half of the array: a pop takes constant time on average.
    private mutating func compact() {
        if head == elements.count {
            elements.removeAll(keepingCapacity: true)
            head = 0
        } else if head >= 64, head * 2 > elements.count {
            elements.removeFirst(head)
            head = 0
        }
    }
}
