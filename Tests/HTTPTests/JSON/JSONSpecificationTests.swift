import Foundation
import Testing

@testable import JSON

/// Compares the reader with Foundation's, value by value, and its two forms with each other.
@Suite("JSON by the specification")
struct JSONSpecificationTests {
    @Test("a text has the same value as in Foundation, 20,000 damaged and 5,000 generated")
    func meaning() throws {
        let seed = UInt64.random(in: 0...(.max))
        print("JSON by the specification: seed \(seed)")
        var random = SplitMix(seed: seed)
        var taken = 0
        for number in 0..<25_000 {
            var bytes = Array(Self.document(&random, depth: 0).utf8)
            if number % 5 > 0 { Self.damage(&bytes, &random) }
            let text = String(decoding: bytes, as: UTF8.self)
            let ours = try? JSONText(bytes)
            let theirs = try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
            guard let ours else {
                // Foundation accepts a trailing comma, and some invalid UTF-8.
                #expect(number % 5 > 0, "seed \(seed), \(number): \(text)")
                continue
            }
            taken += 1
            guard let theirs else {
                let isHuge = Self.hasHugeNumber(JSONValue(ours.root))
                #expect(isHuge, "seed \(seed), \(number): Foundation refuses \(text)")
                continue
            }
            #expect(Self.isSame(JSONValue(ours.root), theirs), "seed \(seed), \(number): \(text)")
            Self.compare(ours.root, JSONValue(ours.root), "seed \(seed), \(number): \(text)")
        }
        #expect((5_000...24_000).contains(taken), "seed \(seed): both ways are taken, or this is no test")
    }

    @Test("an error is reported at the first invalid byte")
    func positions() throws {
        let seed = UInt64.random(in: 0...(.max))
        var random = SplitMix(seed: seed)
        for number in 0..<5_000 {
            let bytes = Array(Self.document(&random, depth: 1).utf8)
            // A truncated text ends too early, unless the value was already complete.
            let cut = Array(bytes.prefix(Int.random(in: 0..<bytes.count, using: &random)))
            do {
                _ = try JSONText(cut)
            } catch {
                #expect(
                    error.position == cut.count || error.reason == "a string is not UTF-8"
                        || error.reason == "a surrogate stands alone",
                    "seed \(seed), \(number): \(error) of \(String(decoding: cut, as: UTF8.self))")
            }
        }
    }

    @Test("every byte at every position of a string is classified: plain, quote, backslash, control or invalid UTF-8")
    func bytesOfStrings() {
        for length in 0...17 {
            for place in 0..<length {
                for byte in UInt8.min...UInt8.max {
                    var text = [UInt8](repeating: UInt8(ascii: "x"), count: length)
                    text[place] = byte
                    let bytes = [UInt8(ascii: "\"")] + text + [UInt8(ascii: "\"")]
                    let value = (try? JSONText(bytes))?.root.string
                    let isPlain = (0x20...0x7F).contains(byte) && byte != 0x22 && byte != 0x5C
                    #expect(value == (isPlain ? String(decoding: text, as: UTF8.self) : nil), "\(byte) at \(place)")
                }
            }
        }
    }

    @Test("a member is found by its name, escaped or not, and the last of several counts")
    func members() throws {
        let text = #"{"a":1,"\u0061b":[2,{"a":9}],"a":{"a":3},"":4,"é":5,"ab\n":6,"a":7}"#
        let root = try JSONText(Array(text.utf8)).root
        #expect(root["a"]?.integer == .integer(7))
        #expect(root["ab"]?.elements.map(\.kind) == [.number, .object])
        #expect(root[""]?.integer == .integer(4))
        #expect(root["é"]?.integer == .integer(5))
        #expect(root["ab\n"]?.integer == .integer(6))
        #expect(root["b"] == nil && root["abc"] == nil && root["a"]?["a"] == nil)
    }

    // MARK: Comparing

    private static func compare(_ element: JSONElement, _ value: JSONValue, _ comment: String) {
        switch value {
        case .null: #expect(element.kind == .null && element.bool == nil, "\(comment)")
        case .bool(let bool): #expect(element.bool == bool, "\(comment)")
        case .number(let number):
            #expect(element.number == number && element.integer == number.integer, "\(comment)")
        case .string(let text):
            #expect(element.string == text && element.withUTF8 { Array($0) } == Array(text.utf8), "\(comment)")
        case .array(let values):
            let elements = Array(element.elements)
            #expect(elements.count == values.count && element.elements.count == values.count, "\(comment)")
            for (element, value) in zip(elements, values) { compare(element, value, comment) }
        case .object(let object):
            for member in object.members {
                guard let found = element[member.name], let value = last(member.name, in: object) else {
                    Issue.record("\(member.name) is not found, \(comment)")
                    continue
                }
                compare(found, value, comment)
            }
        }
    }

    private static func last(_ name: String, in object: JSONObject) -> JSONValue? {
        object.members.last { Array($0.name.utf8) == Array(name.utf8) }?.value
    }

    private static func isSame(_ ours: JSONValue, _ theirs: Any) -> Bool {
        switch ours {
        case .null: return theirs is NSNull
        case .bool(let bool): return (theirs as? NSNumber)?.boolValue == bool
        case .number(let number):
            guard let theirs = theirs as? NSNumber else { return false }
            if case .integer(let integer) = number.integer, theirs.int64Value == integer { return true }
            // Foundation reads every other number as a double, and not always the nearest.
            guard let double = Double(number.text) else { return false }
            return double.isInfinite || abs(double - theirs.doubleValue) <= abs(double) * 1e-14
        case .string(let text): return (theirs as? String).map { Array($0.utf8) == Array(text.utf8) } ?? false
        case .array(let elements):
            guard let theirs = theirs as? [Any], theirs.count == elements.count else { return false }
            return zip(elements, theirs).allSatisfy { isSame($0, $1) }
        case .object(let object):
            guard let theirs = theirs as? [String: Any] else { return false }
            // Foundation does not document which of several members with one name it keeps.
            let names = Dictionary(grouping: object.members, by: \.name)
            return names.allSatisfy { name, members in
                guard let their = theirs[name] else { return false }
                return members.count > 1 || isSame(members[0].value, their)
            }
        }
    }

    /// Foundation rejects numbers beyond a double.
    private static func hasHugeNumber(_ value: JSONValue) -> Bool {
        switch value {
        case .number(let number): abs(number.magnitude) > 300
        case .array(let elements): elements.contains(where: hasHugeNumber)
        case .object(let object): object.members.contains { hasHugeNumber($0.value) }
        default: false
        }
    }

    // MARK: Documents

    private static func document(_ random: inout SplitMix, depth: Int) -> String {
        func space() -> String { ["", "", "", " ", "\n", "\t\r "].randomElement(using: &random) ?? "" }
        switch Int.random(in: 0..<(depth > 3 ? 5 : 8), using: &random) {
        case 0: return "null"
        case 1: return Bool.random(using: &random) ? "true" : "false"
        case 2: return number(&random)
        case 3, 4: return string(&random)
        case 5:
            let elements = (0..<Int.random(in: 0...4, using: &random)).map { _ in
                space() + document(&random, depth: depth + 1) + space()
            }
            return "[" + elements.joined(separator: ",") + (elements.isEmpty ? space() : "") + "]"
        default:
            let members = (0..<Int.random(in: 0...5, using: &random)).map { _ in
                space() + string(&random) + space() + ":" + space() + document(&random, depth: depth + 1) + space()
            }
            return "{" + members.joined(separator: ",") + (members.isEmpty ? space() : "") + "}"
        }
    }

    private static func number(_ random: inout SplitMix) -> String {
        var text = Bool.random(using: &random) ? "-" : ""
        text += String(UInt64.random(in: 0...(.max), using: &random) >> UInt64.random(in: 0...63, using: &random))
        if Int.random(in: 0..<3, using: &random) == 0 { text += ".\(Int.random(in: 0...9_999, using: &random))" }
        if Int.random(in: 0..<4, using: &random) == 0 {
            text += ["e", "E", "e+", "e-"].randomElement(using: &random) ?? "e"
            text += String(Int.random(in: 0...30, using: &random))
        }
        return text
    }

    private static func string(_ random: inout SplitMix) -> String {
        let pieces = [
            "a", "ab", "sku", "inventory_id", "01a1668f-6fa1-7000-a703-f60c2a534098", "é", "e\u{301}", "😀", "\u{7F}",
            #"\n"#, #"\\"#, #"\""#, #"\/"#, #"\u0041"#, #"\u00e9"#, #"\ud83d\ude00"#, #"\u0000"#, "  ", "\u{10FFFF}",
        ]
        let count = Int.random(in: 0...3, using: &random)
        return "\"" + (0..<count).map { _ in pieces.randomElement(using: &random) ?? "" }.joined() + "\""
    }

    private static func damage(_ bytes: inout [UInt8], _ random: inout SplitMix) {
        for _ in 0..<Int.random(in: 1...2, using: &random) {
            let place = Int.random(in: 0...bytes.count, using: &random)
            let sign = Array(#"{}[]":,\0e.-u tf"#.utf8).randomElement(using: &random) ?? 0
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes.insert(Bool.random(using: &random) ? sign : .random(in: 0...255, using: &random), at: place)
            case 1 where place < bytes.count: bytes.remove(at: place)
            case 2 where place < bytes.count: bytes[place] = sign
            default: bytes.removeLast(min(bytes.count, Int.random(in: 0...2, using: &random)))
            }
        }
    }
}
