import Domain
import HTTPCore
import JSON
import UseCases

/// Reports; their schemas are in `SchemaComponent+Reports`.
extension JSONWriter {
    mutating func summary(_ summary: StockSummary, currency: String, _ latencies: ServiceLatencies) {
        object { writer in
            writer.member("out_of_stock_count", summary.outOfStockCount)
            writer.member("low_stock_count", summary.lowStockCount)
            writer.member("total_inventory_value", summary.inventoryValue.description)
            writer.member("currency", currency)
            writer.member("product_count", summary.productCount)
            writer.member("inventory_count", summary.inventoryCount)
            writer.name("reservations")
            writer.object { writer in
                writer.member("pending", summary.pendingReservations)
                writer.decimal("pending_units", summary.pendingUnits)
                writer.member("attempts", summary.attempts)
                writer.member("succeeded", summary.succeeded)
                writer.name("success_rate")
                if summary.attempts > 0 {
                    // Rounded down, so that a rate of 1 means that every attempt succeeded.
                    writer.decimal(thousandths: summary.succeeded * 1_000 / summary.attempts)
                } else {
                    writer.null()
                }
            }
            writer.name("lock_wait_ms")
            writer.percentiles(latencies.lockWait)
            writer.name("response_ms")
            writer.percentiles(latencies.response)
            writer.member("open_alerts", summary.openAlerts)
        }
    }

    mutating func topMover(_ mover: TopMover) {
        object { writer in
            writer.member("sku", mover.sku.description)
            writer.member("name", mover.name)
            writer.member("transaction_count", mover.transactionCount)
            writer.decimal("units_out", mover.unitsOut)
        }
    }

    mutating func turnover(_ report: TurnoverReport, days: Int64) {
        object { writer in
            writer.member("days", days)
            writer.name("total")
            writer.object { $0.figures(report.total) }
            writer.member("items", report.page.items) { writer, line in
                writer.object { writer in
                    writer.member("sku", line.sku.description)
                    writer.member("name", line.name)
                    writer.figures(line.figures)
                }
            }
            writer.member("next_cursor", report.page.next?.token)
        }
    }

    mutating func movement(_ line: MovementLine) {
        object { writer in
            writer.member("bucket_start", line.start)
            writer.decimal("units_in", line.unitsIn)
            writer.decimal("units_out", line.unitsOut)
            writer.decimal("units_adjusted", line.unitsAdjusted)
        }
    }

    private mutating func figures(_ figures: TurnoverFigures) {
        decimal("units_out", figures.unitsOut)
        member("value_out", figures.valueOut.description)
        decimal("average_on_hand", figures.averageOnHand)
        decimal("turnover", figures.turnover)
        decimal("days_of_cover", figures.daysOfCover)
    }

    /// Writes a decimal as a number; its text is valid JSON.
    private mutating func decimal(_ name: String, _ value: ExactDecimal?) {
        self.name(name)
        if let value { raw(value.description) } else { null() }
    }

    private mutating func percentiles(_ percentiles: ServiceLatencies.Percentiles) {
        object { writer in
            for (name, seconds) in [("p50", percentiles.p50), ("p95", percentiles.p95), ("p99", percentiles.p99)] {
                writer.name(name)
                if let seconds { writer.decimal(thousandths: Int64(seconds * 1_000_000)) } else { writer.null() }
            }
        }
    }
}
