import Domain
import HTTPCore
import JSON

/// Reservations, as `JSONWriter+Stock` and `ReservationEndpoints` write them.
extension SchemaComponent {
    static let reservation = SchemaComponent(
        "Reservation",
        .object([
            "id": .identifier,
            "inventory_id": .identifier,
            "sku": .sku,
            "warehouse_code": .warehouseCode,
            "quantity": .movable,
            "status": .words(["pending", "confirmed", "released"]),
            "expires_at": .time,
            "created_at": .time,
            "resolved_at": .time.orNull,
            "release_reason": .words([
                Domain.Reservation.ReleaseReason.cancelled.rawValue, Domain.Reservation.ReleaseReason.expired.rawValue,
            ]).orNull,
        ])
    )

    static let orderState = SchemaComponent(
        "OrderReservations",
        .object(["order_id": .identifier, "reservations": .list(of: .reference(.reservation))])
    )
}
