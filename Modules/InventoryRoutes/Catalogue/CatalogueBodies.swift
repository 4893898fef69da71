import Domain
import HTTPCore

/// The members of a new product's body.
enum NewProductBody {
    static let sku = BodyField.required("sku", FieldRule<SKU>.sku)
    static let name = BodyField.required("name", .name)
    static let price = BodyField.required("base_price", FieldRule<Money>.price)
    static let description = BodyField.optional("description", .description)
    static let attributes = BodyField.optional("attributes", .attributes)

    static let schema = Schema.body([sku, name, price, description, attributes])
}

/// The members of a product's PATCH.
enum ProductPatchBody {
    static let name = BodyField.patch("name", .name)
    static let price = BodyField.patch("base_price", FieldRule<Money>.price)
    static let description = BodyField.removable("description", .description)
    static let attributes = BodyField.removable("attributes", .attributes)
    static let archived = BodyField.patch("archived", .boolean)

    static let schema = Schema.body([name, price, description, attributes, archived])
}

/// The members of a new warehouse's body.
enum NewWarehouseBody {
    static let code = BodyField.required("code", FieldRule<WarehouseCode>.warehouseCode)
    static let name = BodyField.required("name", .name)
    static let priority = BodyField.optional("priority", .integer(in: Warehouse.priorities), standard: 0)

    static let schema = Schema.body([code, name, priority])
}

/// The members of a warehouse's PATCH.
enum WarehousePatchBody {
    /// How many recipients alerts may have; larger groups should use a mailing list.
    static let recipientCount = 0...20

    static let name = BodyField.patch("name", .name)
    static let priority = BodyField.patch("priority", .integer(in: Warehouse.priorities))
    static let archived = BodyField.patch("archived", .boolean)
    static let alertRecipients = BodyList("alert_recipients", count: recipientCount, of: .mailAddress)

    static let schema = Schema.body([name, priority, archived, alertRecipients])
}

extension FieldRule where Value == String {
    /// An address that is safe in a mail's envelope and header: one `@` with text on both sides, printable ASCII without
    /// characters that would end an address or a line, at most 254 characters (RFC 5321, section 4.5.3.1.3).
    static var mailAddress: Self {
        FieldRule(
            schema: { .mailAddress },
            text: { text throws(FieldMessage) in
                let parts = text.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
                let isPlain = text.utf8.allSatisfy { byte in
                    (0x21...0x7E).contains(byte) && !"<>()[],;:\\\"".utf8.contains(byte)
                }
                guard TextLimits.mailAddress.contains(text.utf8.count), parts.count == 2,
                    parts.allSatisfy({ !$0.isEmpty }),
                    isPlain
                else {
                    throw FieldMessage("must be a mail address such as buyer@example.com")
                }
                return text
            })
    }
}

extension Schema {
    fileprivate static let mailAddress = string(
        TextLimits.mailAddress,
        pattern: #"^[!#-'*+./0-9=?A-Z^_`a-z{|}~$%&-]+@[!#-'*+./0-9=?A-Z^_`a-z{|}~$%&-]+$"#
    )
    .example("buyer@example.com")
}
