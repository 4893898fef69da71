import Domain
import PostgresClient
import PostgresRows

/// A row of `products`.
enum ProductRow {
    static let columns = """
        id, sku, name, (base_price * 100)::bigint, description, attributes::text, archived, created_at, updated_at
        """
    /// Returns no row when the SKU is taken.
    static let insert = PostgresStatement(
        """
        INSERT INTO products (id, sku, name, base_price, description, attributes, name_folded, created_at, updated_at)
        VALUES ($1, $2, $3, $4::bigint / 100.0, $5, $6::text::json, $7, date_trunc('milliseconds', clock_timestamp()),
            date_trunc('milliseconds', clock_timestamp()))
        ON CONFLICT (sku) DO NOTHING
        RETURNING \(columns)
        """)
    static let bySKU = PostgresStatement("SELECT \(columns) FROM products WHERE sku = $1")
    static let update = PostgresStatement(
        """
        UPDATE products SET name = coalesce($2, name), base_price = coalesce($3::bigint / 100.0, base_price),
            description = CASE WHEN $4 THEN $5 ELSE description END,
            attributes = CASE WHEN $6 THEN $7::text::json ELSE attributes END,
            archived = coalesce($8, archived), name_folded = coalesce($9, name_folded),
            updated_at = date_trunc('milliseconds', clock_timestamp())
        WHERE sku = $1 RETURNING \(columns)
        """)
    static let list = PostgresStatement(
        """
        SELECT \(columns) FROM products WHERE sku > $1 AND ($2::boolean IS NULL OR archived = $2)
        ORDER BY sku LIMIT $3
        """)
    static func product(_ row: inout PostgresRow) throws(PostgresError) -> Product {
        Product(
            id: try row.next(), sku: try row.nextSKU(), name: try row.next(),
            basePrice: Money(hundredths: try row.next()), description: try row.nextOptional(),
            attributes: try row.nextOptional(), isArchived: try row.next(), createdAt: try row.next(),
            updatedAt: try row.next())
    }
}

/// A row of `warehouses`.
enum WarehouseRow {
    private static let columns = "id, code, name, priority, alert_recipients, archived, created_at, updated_at"
    /// Returns no row when the code is taken.
    static let insert = PostgresStatement(
        """
        INSERT INTO warehouses (id, code, name, priority, created_at, updated_at)
        VALUES ($1, $2, $3, $4, date_trunc('milliseconds', clock_timestamp()),
            date_trunc('milliseconds', clock_timestamp()))
        ON CONFLICT (code) DO NOTHING
        RETURNING \(columns)
        """)
    static let byCode = PostgresStatement("SELECT \(columns) FROM warehouses WHERE code = $1")
    static let update = PostgresStatement(
        """
        UPDATE warehouses SET name = coalesce($2, name), priority = coalesce($3, priority),
            alert_recipients = CASE WHEN $4 THEN $5::text[] ELSE alert_recipients END,
            archived = coalesce($6, archived), updated_at = date_trunc('milliseconds', clock_timestamp())
        WHERE code = $1 RETURNING \(columns)
        """)
    static let list = PostgresStatement(
        "SELECT \(columns) FROM warehouses WHERE (priority, code) > ($1, $2) ORDER BY priority, code LIMIT $3")

    static func warehouse(_ row: inout PostgresRow) throws(PostgresError) -> Warehouse {
        Warehouse(
            id: try row.next(), code: try row.nextWarehouseCode(), name: try row.next(), priority: try row.next(),
            alertRecipients: try row.next(), isArchived: try row.next(), createdAt: try row.next(),
            updatedAt: try row.next())
    }
}
