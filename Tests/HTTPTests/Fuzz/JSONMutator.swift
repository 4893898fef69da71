@testable import HTTPCore
@testable import JSON

/// Changes JSON so that it stays well formed, which gets further into a route than damaged bytes.
enum JSONMutator {
    /// Names that routes read, so that members appear where they do not belong.
    private static let names = [
        "sku", "warehouse_code", "quantity", "reason", "reference", "expected_version", "quantity_change",
        "counted_quantity", "from_warehouse", "to_warehouse", "operations", "type", "order_id", "items", "inventory_id",
        "product_id", "warehouse_id", "ttl", "name", "base_price", "description", "attributes", "archived", "code",
        "priority", "alert_recipients", "reorder_point", "reorder_quantity", "safety_stock", "", "a", "\u{0}", "é",
    ]
    private static let numbers = [
        "0", "-0", "1", "-1", "2", "2.0", "1e2", "10", "1.5", "19.999", "999999999", "1000000000", "1000000001",
        "604800",
        "604801", "9007199254740991", "9007199254740992", "9223372036854775807", "9223372036854775808",
        "-9223372036854775808", "1e18", "1e19", "1e308", "1e309", "1e-309", "9999999999.99", "10000000000", "0.001",
        "123456789012345678901234567890", "1e999999999999999999999", "0e999999999999999999999",
    ]
    private static let strings = [
        "", " ", "LAPTOP-001", "laptop-001", "WH1", "WH2", "A/1", ".", "..", "x y", "é", "\u{0}", "\u{7F}", "\n",
        "\u{2028}",
        "receive", "ship", "adjust", "transfer", "19.99", "19.999", "-1", "1e3", "0.00", "9999999999.99",
        "10000000000.00",
        Samples.inventoryText, Samples.productText, Samples.warehouseText, Samples.orderText,
        "00000000-0000-0000-0000-000000000000", "buyer@example.com", "a@b", "@", "a@b\r\nBcc: c@d", "=1+1", "<script>",
        "'; DROP TABLE products; --", "2026-11-22T15:00:00Z", String(repeating: "x", count: 64),
        String(repeating: "x", count: 65), String(repeating: "é", count: 200), String(repeating: "x", count: 5_000),
    ]

    /// One change somewhere in the tree.
    static func changed(_ value: JSONValue, _ random: inout SplitMix) -> JSONValue {
        switch value {
        case .object(let object) where !object.members.isEmpty && chance(4, of: 5, &random):
            return .object(changed(object, &random))
        case .array(let elements) where !elements.isEmpty && chance(4, of: 5, &random):
            return .array(changed(elements, &random))
        default: return any(&random)
        }
    }

    private static func changed(_ object: JSONObject, _ random: inout SplitMix) -> JSONObject {
        var members = object.members
        let place = Int.random(in: 0..<members.count, using: &random)
        switch Int.random(in: 0..<8, using: &random) {
        case 0: members.remove(at: place)
        case 1: members.append((name: names.randomElement(using: &random) ?? "", value: any(&random)))
        case 2: members.append(members[place])
        case 3: members[place].name = names.randomElement(using: &random) ?? ""
        case 4: members[place].value = any(&random)
        default: members[place].value = changed(members[place].value, &random)
        }
        return members.reduce(into: JSONObject()) { $0.append($1.name, $1.value) }
    }

    private static func changed(_ elements: [JSONValue], _ random: inout SplitMix) -> [JSONValue] {
        var elements = elements
        let place = Int.random(in: 0..<elements.count, using: &random)
        switch Int.random(in: 0..<6, using: &random) {
        case 0: elements.remove(at: place)
        case 1: elements.insert(any(&random), at: place)
        case 2:
            // Rarely as many as a request may have, and one more.
            let counts = chance(1, of: 20, &random) ? [499, 500, 999, 1_000] : [1, 2, 9]
            elements += repeatElement(elements[place], count: counts.randomElement(using: &random) ?? 1)
        default: elements[place] = changed(elements[place], &random)
        }
        return elements
    }

    private static func any(_ random: inout SplitMix) -> JSONValue {
        switch Int.random(in: 0..<12, using: &random) {
        case 0: .null
        case 1: .bool(Bool.random(using: &random))
        case 2: .array([])
        case 3: .object([:])
        case 4: .object(["attributes": .array([.object(["a": .null])])])
        case 5: (0..<Int.random(in: 1...80, using: &random)).reduce(JSONValue.null) { value, _ in .array([value]) }
        case 6...8: .number(JSONNumber(text: numbers.randomElement(using: &random) ?? "0"))
        default: .string(strings.randomElement(using: &random) ?? "")
        }
    }
}

/// True `times` times in `all`, at random.
func chance(_ times: Int, of all: Int, _ random: inout SplitMix) -> Bool {
    Int.random(in: 0..<all, using: &random) < times
}
