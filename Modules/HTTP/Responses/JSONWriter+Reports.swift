import UseCases

/// Reports as api.md, *Reports and dashboard*, shows them.
extension JSONWriter {
    mutating func summary(_ summary: StockSummary, currency: String, _ latencies: ServiceLatencies) {
        object { writer in
            writer.member("out_of_stock_count", summary.outOfStockCount)
            writer.member("low_stock_count", summary.lowStockCount)
            writer.member("total_inventory_value", summary.inventoryValue)
            writer.member("currency", currency)
            writer.member("product_count", summary.productCount)
            writer.member("inventory_count", summary.inventoryCount)
            writer.name("reservations")
            writer.object { writer in
                writer.member("pending", summary.pendingReservations)
                writer.member("pending_units", summary.pendingUnits)
                writer.member("attempts", summary.attempts)
                writer.member("succeeded", summary.succeeded)
                writer.name("success_rate")
                if summary.attempts > 0 {
                    // Rounded down: a rate of 1 says that every attempt succeeded.
                    writer.decimal(thousandths: summary.succeeded * 1_000 / summary.attempts)
                } else {
                    writer.null()
                }
            }
            writer.name("lock_wait_ms")
            writer.spread(latencies.lockWait)
            writer.name("response_ms")
            writer.spread(latencies.response)
            writer.member("open_alerts", summary.openAlerts)
        }
    }

    private mutating func spread(_ spread: ServiceLatencies.Spread) {
        object { writer in
            for (name, seconds) in [("p50", spread.p50), ("p95", spread.p95), ("p99", spread.p99)] {
                writer.name(name)
                if let seconds { writer.decimal(thousandths: Int64(seconds * 1_000_000)) } else { writer.null() }
            }
        }
    }
}
