/// The help texts of our programs' metrics: the `# HELP` lines of `/metrics` and the tables of
/// docs/observability/README.md. Tests check that both agree and that every metric is listed here.
public enum MetricCatalogue {
    /// Keyed by the name that Prometheus sees; histograms without `_bucket`, `_sum` and `_count`.
    public static let help: [String: String] = [
        // MARK: Requests
        "http_request_duration_seconds":
            "Seconds from a request's head until its answer was made, or its stream had ended, by route "
            + "template, method and status; without the dashboard's event streams.",
        "http_connections_open":
            "Connections of callers that are open now.",
        "http_connections_refused_total":
            "Connections closed at once because there were too many.",
        "http_connections_cut_total":
            "Connections closed because the caller was slow (slow_head, slow_body, slow_reader) or broke "
            + "HTTP/2's rules (protocol).",
        "http_requests_refused_total":
            "Requests answered 503 by the connection: too many in flight (busy), or a handler that took too "
            + "long (late).",
        "inventory_rate_limit_alone_total":
            "Requests counted against a caller's budget by this process alone because Redis could not be "
            + "asked; only with RATE_LIMIT_PER_SECOND and REDIS_URL.",
        // MARK: The write path
        "inventory_reservations_total":
            "Commands on reservations (reserve, confirm, release, extend, expire) by what came of them: done, "
            + "replayed, or the code of the problem.",
        "inventory_stock_operations_total":
            "Commands on stock (each kind of movement, batch, set_policy, set_stock) by what came of them: done, "
            + "replayed, or the code of the problem.",
        "inventory_queue_wait_seconds":
            "Seconds from a command's arrival until a lane first takes it.",
        "inventory_lock_wait_seconds":
            "Seconds from a command's arrival until its rows are locked, the queue's wait included.",
        "inventory_lane_busy_seconds":
            "Seconds of a batch, from its first lease to its last answer.",
        "inventory_batch_commands":
            "Commands in a batch, which is one transaction.",
        "inventory_lanes":
            "Lanes of this process: batches that it writes at once.",
        "inventory_commands_in_flight":
            "Commands that were let in and are not answered yet.",
        "inventory_commands_in_flight_limit":
            "Commands that may be in flight at once (QUEUE_CAPACITY).",
        "inventory_system_busy_total":
            "Commands answered system_busy: the queue was full (queue_full), their turn did not come within "
            + "LOCK_WAIT_MS (wait_limit), or Redis was away under LOCK_ON_REDIS_FAILURE=refuse (no_leases).",
        "inventory_batch_retries_total":
            "Batches that were run again after a conflict or a lost connection.",
        "inventory_unknown_commits_total":
            "COMMITs whose answer was lost, so that their fate had to be asked for.",
        // MARK: PostgreSQL and Redis
        "inventory_postgres_connections_open":
            "Connections to PostgreSQL that are open, by what they are for; each lane has one more of its "
            + "own.",
        "inventory_postgres_connections_leased":
            "Connections that are lent to one user alone now.",
        "inventory_postgres_waiters":
            "Callers that wait for a connection now.",
        "inventory_postgres_reconnects_total":
            "Connections that were made to replace lost ones.",
        "inventory_redis_connected":
            "1 while there is a connection to Redis, else 0; only with REDIS_URL.",
        "inventory_lease_unavailable_total":
            "Batches that asked for leases and got no answer; only with REDIS_URL.",
        "inventory_lease_busy_groups_total":
            "Commands whose leases another process held; only with REDIS_URL.",
        "inventory_cache_requests_total":
            "Look-ups in the cache, by kind of entry (record, availability) and outcome (hit, miss); only "
            + "with REDIS_URL.",
        "inventory_cache_unpublished_total":
            "Changed records whose publication in the cache is not known to have arrived; only with "
            + "REDIS_URL.",
        "inventory_cache_dirty_keys":
            "Keys of the cache that are to be settled before anything else is read from it; only with "
            + "REDIS_URL.",
        "inventory_cache_voids_total":
            "Times that everything in the cache was voided; only with REDIS_URL.",
        // MARK: The stock
        "inventory_out_of_stock_records":
            "Records (a product in a warehouse) with nothing available.",
        "inventory_low_stock_records":
            "Records at or below their reorder point, those out of stock included.",
        "inventory_records":
            "Records in all.",
        "inventory_products":
            "Products in all, archived ones included.",
        "inventory_stock_value":
            "On-hand stock at current base prices, in units of the currency.",
        "inventory_pending_reservations":
            "Reservations that are neither confirmed nor released.",
        "inventory_pending_units":
            "Units that these hold.",
        "inventory_open_alerts":
            "Low-stock alerts that are not acknowledged.",
        "inventory_reservation_success_ratio":
            "Reservations made, of all that the rules decided in the last 24 hours, over all servers: 0 to 1.",
        "inventory_turnover_ratio":
            "Units sold in the last 30 days, of the average on hand in that time, over all products.",
        // MARK: Background work
        "inventory_rollup_rows_total":
            "Ledger rows that this process added to the sums for reports.",
        "inventory_rollup_failures_total":
            "Attempts to add to the sums for reports that failed.",
        "inventory_sweeps_total":
            "Passes over the overdue reservations.",
        "inventory_sweep_seconds":
            "Seconds of a pass.",
        "inventory_sweep_released_total":
            "Overdue reservations that were released.",
        "inventory_sweep_failures_total":
            "Commands of passes that failed; the next pass tries again.",
        "inventory_sweep_oldest_overdue_seconds":
            "How long the oldest reservation had been overdue when the last pass began; 0 when none was.",
        "inventory_mailer_passes_total":
            "Looks at the outbox: done, or failed because the database was away.",
        "inventory_mailer_digests_total":
            "Tries to send a digest, by outcome: sent, retried (to be tried again), failed (an operator has "
            + "to look at it).",
        "inventory_mailer_alerts_sent_total":
            "Alerts in digests that were delivered to all recipients.",
        "inventory_mailer_send_seconds":
            "Seconds of one try, from rendering to the server's last word.",
        "inventory_mailer_waiting_alerts":
            "Alerts that wait to be gathered into a digest.",
        "inventory_mailer_unaddressed_alerts":
            "Waiting alerts without a recipient.",
        "inventory_mailer_queued_digests":
            "Digests that wait to be sent, or to be tried again.",
        "inventory_mailer_failed_digests":
            "Digests that were given up and wait for an operator.",
        "inventory_mailer_server_up":
            "1 while the mail server can be written to, as far as is known, else 0.",
        // MARK: The process
        "inventory_event_loop_lag_seconds":
            "Seconds for which something that was ready had to wait for its thread, looked at ten times a "
            + "second: HTTP's event loops (http), and the one that runs the engine and the drivers (reactor).",
    ]
}
