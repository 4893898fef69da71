import Domain
import HTTPCore
import InventoryRoutes
import JSON

/// Reads the body of a reservation and writes the answer to it.
struct JSONWork {
    private let body: [UInt8]

    init(items: Int) {
        let item = #"{"inventory_id":"01a1668f-6fa1-7000-a703-f60c2a534098","quantity":1}"#
        let all = Array(repeating: item, count: items).joined(separator: ",")
        body = Array(#"{"order_id":"5d1c5b5e-63c1-4d34-9d0a-3f0c8f0d2b11","items":[\#(all)],"ttl":600}"#.utf8)
    }

    func read(times: Int) {
        for _ in 0..<times {
            guard let value = try? JSONText(body) else { fatalError("the body is JSON") }
            use(value)
        }
    }

    /// Parses the body and reads the fields of a command.
    func readFields(times: Int) {
        for _ in 0..<times {
            guard let text = try? JSONText(body) else { fatalError("the body is JSON") }
            var fields = FieldReader(text.root)
            let order = fields.read(ReservationBody.order)
            let items = fields.read(ReservationBody.items) { item, _ in item.reservationItem() }
            let seconds = fields.read(ReservationBody.seconds)
            guard fields.faults.isEmpty, order != nil, seconds == 600 else {
                fatalError("the body is not a reservation")
            }
            use(items)
        }
    }

    /// Writes the answer to a reservation.
    static func answer(times: Int) {
        let order = OrderID(high: 0x5d1c_5b5e_63c1_4d34, low: 0x9d0a_3f0c_8f0d_2b11)
        let ids = [ReservationID(high: 0x01a1_668f_6fa1_7000, low: 0xa703_f60c_2a53_4098)]
        for number in 0..<times {
            var writer = JSONWriter()
            writer.object { writer in
                writer.member("reservation_ids", ids) { $0.identifier($1) }
                writer.member("status", "reserved")
                writer.member("order_id", order)
                writer.member("expires_at", Instant(milliseconds: 1_800_000_000_000 + Int64(number)))
            }
            use(writer.buffer)
        }
    }
}
