package import NIOCore

/// Writes JSON member by member and places the commas.
///
/// It writes into an array, because appending a byte to a `ByteBuffer` costs ten times as much.
@usableFromInline
package struct JSONWriter {
    @usableFromInline var storage: [UInt8] = []
    /// Whether a value has been written at this level.
    @usableFromInline var needsComma = false

    /// - Parameter capacity: bytes to reserve; most answers fit into the default.
    package init(capacity: Int = 512) {
        storage.reserveCapacity(capacity)
    }

    /// Everything written so far.
    package var buffer: ByteBuffer { ByteBuffer(bytes: storage) }

    package var bytes: [UInt8] { storage }

    // MARK: Structure

    @inlinable
    package mutating func object(_ members: (inout JSONWriter) -> Void) {
        open(UInt8(ascii: "{"))
        members(&self)
        close(UInt8(ascii: "}"))
    }

    @inlinable
    package mutating func array<Elements: Sequence>(
        _ elements: Elements,
        _ write: (inout JSONWriter, Elements.Element) -> Void
    ) {
        array { writer in
            for element in elements { write(&writer, element) }
        }
    }

    /// Writes an array whose elements the closure writes.
    @inlinable
    package mutating func array(_ elements: (inout JSONWriter) -> Void) {
        open(UInt8(ascii: "["))
        elements(&self)
        close(UInt8(ascii: "]"))
    }

    /// Writes the name of a member; its value must follow.
    @usableFromInline
    package mutating func name(_ name: String) {
        separate()
        quote(name)
        storage.append(UInt8(ascii: ":"))
        needsComma = false
    }

    @inlinable
    mutating func open(_ bracket: UInt8) {
        separate()
        storage.append(bracket)
        needsComma = false
    }

    @inlinable
    mutating func close(_ bracket: UInt8) {
        storage.append(bracket)
        needsComma = true
    }

    @inlinable
    mutating func separate() {
        if needsComma { storage.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    // MARK: Values

    @usableFromInline
    package mutating func null() {
        raw("null")
    }

    package mutating func bool(_ value: Bool) {
        raw(value ? "true" : "false")
    }

    package mutating func integer(_ value: Int64) {
        separate()
        if value < 0 { storage.append(UInt8(ascii: "-")) }
        let end = storage.count
        var rest = value.magnitude
        repeat {
            storage.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        } while rest > 0
        if storage.count > end + 1 { storage[end...].reverse() }
    }

    /// Writes a number of thousandths as a decimal: 412 is `0.412`.
    package mutating func decimal(thousandths: Int64) {
        let (units, rest) = thousandths.magnitude.quotientAndRemainder(dividingBy: 1_000)
        let places = String(rest + 1_000).dropFirst()
        raw("\(thousandths < 0 ? "-" : "")\(units).\(places)")
    }

    package mutating func string(_ value: String) {
        separate()
        quote(value)
    }

    /// Writes an object of a plain string and a number in one append, for long lists.
    /// - Parameters:
    ///   - names: the names of the two members; they must need no escapes.
    ///   - text: as for `plain`.
    package mutating func pair(_ names: (StaticString, StaticString), _ text: UnsafeRawBufferPointer, _ value: Int64) {
        let room = names.0.utf8CodeUnitCount + names.1.utf8CodeUnitCount + text.count + 12
        withUnsafeTemporaryAllocation(byteCount: room, alignment: 1) { piece in
            var end = 0
            func put(_ text: StaticString) {
                put(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
            }
            func put(_ text: UnsafeRawBufferPointer) {
                UnsafeMutableRawBufferPointer(rebasing: piece[end...]).copyMemory(from: text)
                end += text.count
            }
            put(needsComma ? ",{\"" : "{\"")
            put(names.0)
            put("\":\"")
            put(text)
            put("\",\"")
            put(names.1)
            put("\":")
            UnsafeRawBufferPointer(rebasing: piece[..<end]).withMemoryRebound(to: UInt8.self) {
                storage.append(contentsOf: $0)
            }
        }
        needsComma = false
        integer(value)
        storage.append(UInt8(ascii: "}"))
    }

    private mutating func append(_ text: StaticString) {
        storage.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Writes a string of ASCII characters that need no escapes, such as an id or a code.
    @inlinable
    package mutating func plain(_ text: UnsafeRawBufferPointer) {
        separate()
        storage.append(UInt8(ascii: "\""))
        text.withMemoryRebound(to: UInt8.self) { storage.append(contentsOf: $0) }
        storage.append(UInt8(ascii: "\""))
    }

    /// Writes text that is already JSON.
    package mutating func raw(_ json: String) {
        separate()
        append(contentsOf: json)
    }

    private mutating func append(contentsOf text: String) {
        var text = text
        text.withUTF8 { storage.append(contentsOf: $0) }
    }

    package mutating func value(_ value: JSONValue) {
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

    private mutating func quote(_ text: String) {
        storage.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { text in
            if text.allSatisfy({ $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }) {
                storage.append(contentsOf: text)
            } else {
                for byte in text { escape(byte) }
            }
        }
        storage.append(UInt8(ascii: "\""))
    }

    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
            storage.append(UInt8(ascii: "\\"))
            storage.append(byte)
        case 0x0A: append("\\n")
        case 0x0D: append("\\r")
        case 0x09: append("\\t")
        case 0..<0x20:
            append(byte < 0x10 ? "\\u000" : "\\u00")
            append(contentsOf: String(byte, radix: 16))
        default: storage.append(byte)
        }
    }
}
