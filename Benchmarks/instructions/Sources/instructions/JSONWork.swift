/// The body of a reservation, as bytes.
struct JSONWork {
    private let body: [UInt8]

    init(items: Int) {
        let item = #"{"inventory_id":"01a1668f-6fa1-7000-a703-f60c2a534098","quantity":1}"#
        let all = Array(repeating: item, count: items).joined(separator: ",")
        body = Array(#"{"order_id":"5d1c5b5e-63c1-4d34-9d0a-3f0c8f0d2b11","items":[\#(all)],"ttl":600}"#.utf8)
    }

    func read(times: Int) {
        for _ in 0..<times {
            guard let value = try? JSONReader.read(body) else { fatalError("the body is JSON") }
            use(value)
        }
    }
}
