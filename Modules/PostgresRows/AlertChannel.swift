/// The PostgreSQL channel on which mailers hear that alerts are waiting.
package let alertChannel = "low_stock_alerts"
