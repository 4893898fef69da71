import Domain
import NIOCore

/// Writes JSON into a buffer, member by member, with commas where they belong.
struct JSONWriter {
    private(set) var buffer: ByteBuffer
    /// A value was written at this level already.
    private var needsComma = false

    /// - Parameter capacity: bytes to reserve; most answers fit into the default.
    init(capacity: Int = 512) {
        buffer = ByteBufferAllocator().buffer(capacity: capacity)
    }

    // MARK: Structure

    mutating func object(_ members: (inout JSONWriter) -> Void) {
        open(UInt8(ascii: "{"))
        members(&self)
        close(UInt8(ascii: "}"))
    }

    mutating func array<Elements: Sequence>(
        _ elements: Elements,
        _ write: (inout JSONWriter, Elements.Element) -> Void
    ) {
        array { writer in
            for element in elements { write(&writer, element) }
        }
    }

    /// An array whose elements the closure writes.
    mutating func array(_ elements: (inout JSONWriter) -> Void) {
        open(UInt8(ascii: "["))
        elements(&self)
        close(UInt8(ascii: "]"))
    }

    /// The name of a member; its value must follow.
    mutating func name(_ name: String) {
        quote(name, before: needsComma ? UInt8(ascii: ",") : nil, after: UInt8(ascii: ":"))
        needsComma = false
    }

    private mutating func open(_ bracket: UInt8) {
        separate()
        buffer.writeInteger(bracket)
        needsComma = false
    }

    private mutating func close(_ bracket: UInt8) {
        buffer.writeInteger(bracket)
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { buffer.writeInteger(UInt8(ascii: ",")) }
        needsComma = true
    }

    // MARK: Values

    mutating func null() {
        raw("null")
    }

    mutating func bool(_ value: Bool) {
        raw(value ? "true" : "false")
    }

    mutating func integer(_ value: Int64) {
        separate()
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: Self.integerRoom) { Self.write(value, to: $0) }
    }

    /// The most bytes that `write` needs: a sign and nineteen digits, made from the back and then moved.
    private static let integerRoom = 40

    private static func write(_ value: Int64, to bytes: UnsafeMutableRawBufferPointer) -> Int {
        var rest = value.magnitude
        var start = integerRoom
        repeat {
            start -= 1
            bytes[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while rest > 0
        if value < 0 {
            start -= 1
            bytes[start] = UInt8(ascii: "-")
        }
        let digits = UnsafeRawBufferPointer(rebasing: bytes[start..<integerRoom])
        bytes.copyMemory(from: digits)
        return digits.count
    }

    /// An object of a plain string and a number in one piece, for lists of many.
    /// - Parameters:
    ///   - names: of the two, which nothing must be escaped in.
    ///   - text: see `plain`.
    mutating func pair(_ names: (StaticString, StaticString), _ text: UnsafeRawBufferPointer, _ value: Int64) {
        let room = names.0.utf8CodeUnitCount + names.1.utf8CodeUnitCount + text.count + Self.integerRoom + 12
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: room) { [needsComma] bytes in
            var end = 0
            func put(_ text: StaticString) {
                let text = UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
                put(text)
            }
            func put(_ text: UnsafeRawBufferPointer) {
                UnsafeMutableRawBufferPointer(rebasing: bytes[end...]).copyMemory(from: text)
                end += text.count
            }
            put(needsComma ? ",{\"" : "{\"")
            put(names.0)
            put("\":\"")
            put(text)
            put("\",\"")
            put(names.1)
            put("\":")
            end += Self.write(value, to: UnsafeMutableRawBufferPointer(rebasing: bytes[end...]))
            put("}")
            return end
        }
        needsComma = true
    }

    /// A number of thousandths as a decimal: 412 is `0.412`.
    mutating func decimal(thousandths: Int64) {
        let (units, rest) = thousandths.magnitude.quotientAndRemainder(dividingBy: 1_000)
        let places = String(rest + 1_000).dropFirst()
        raw("\(thousandths < 0 ? "-" : "")\(units).\(places)")
    }

    mutating func string(_ value: String) {
        quote(value, before: needsComma ? UInt8(ascii: ",") : nil)
        needsComma = true
    }

    /// A string of ASCII characters none of which JSON escapes, such as an id or a code.
    mutating func plain(_ bytes: UnsafeRawBufferPointer) {
        copy(bytes, before: needsComma ? UInt8(ascii: ",") : nil, after: nil)
        needsComma = true
    }

    /// An identifier as a string.
    mutating func identifier<Entity>(_ value: Identifier<Entity>) {
        value.withText { plain($0) }
    }

    /// Text that is JSON already.
    mutating func raw(_ json: String) {
        separate()
        buffer.writeString(json)
    }

    mutating func value(_ value: JSONValue) {
        switch value {
        case .null: null()
        case .bool(let value): bool(value)
        case .number(let number): raw(number.text)
        case .string(let text): string(text)
        case .array(let elements): array(elements) { $0.value($1) }
        case .object(let object):
            self.object { writer in
                for member in object.uniqueMembers {
                    writer.name(member.name)
                    writer.value(member.value)
                }
            }
        }
    }

    private mutating func quote(_ text: String, before: UInt8?, after: UInt8? = nil) {
        var text = text
        let isPlain = text.withUTF8 { bytes in
            guard bytes.allSatisfy({ $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }) else {
                return false
            }
            copy(UnsafeRawBufferPointer(bytes), before: before, after: after)
            return true
        }
        guard !isPlain else { return }
        if let before { buffer.writeInteger(before) }
        buffer.writeInteger(UInt8(ascii: "\""))
        for byte in text.utf8 { escape(byte) }
        buffer.writeInteger(UInt8(ascii: "\""))
        if let after { buffer.writeInteger(after) }
    }

    /// Writes them between quotes, with one look at the buffer's room for all.
    private mutating func copy(_ text: UnsafeRawBufferPointer, before: UInt8?, after: UInt8?) {
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: text.count + 4) { bytes in
            var end = 0
            if let before {
                bytes[end] = before
                end += 1
            }
            bytes[end] = UInt8(ascii: "\"")
            UnsafeMutableRawBufferPointer(rebasing: bytes[(end + 1)...]).copyMemory(from: text)
            end += 1 + text.count
            bytes[end] = UInt8(ascii: "\"")
            end += 1
            if let after {
                bytes[end] = after
                end += 1
            }
            return end
        }
    }

    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
            buffer.writeInteger(UInt8(ascii: "\\"))
            buffer.writeInteger(byte)
        case 0x0A: buffer.writeString("\\n")
        case 0x0D: buffer.writeString("\\r")
        case 0x09: buffer.writeString("\\t")
        case 0..<0x20:
            buffer.writeString(byte < 0x10 ? "\\u000" : "\\u00")
            buffer.writeString(String(byte, radix: 16))
        default: buffer.writeInteger(byte)
        }
    }
}
