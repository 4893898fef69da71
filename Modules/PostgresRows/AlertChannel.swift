/// The PostgreSQL notification channel that tells mailers that alerts are waiting.
package let alertChannel = "low_stock_alerts"
