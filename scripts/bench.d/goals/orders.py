"""Confirm and release: each order is used once, on both sides."""

import loads
from context import say
from goal import Goal, alternate, part
from service import RECORDS
from writes import PGBENCH

# Orders per second to prepare until the rate is known; after that, this multiple of the rate.
FIRST_GUESS, MARGIN = 20_000, 1.5


class Orders:
    """Pending orders of the service and of the baseline."""

    def __init__(self, fixture, kind):
        self.fixture, self.context, self.kind = fixture, fixture.context, kind
        self.file = fixture.context.folder / "orders"
        self.database = f"baseline_{kind}"
        self.pending = 0
        self.guess = FIRST_GUESS

    # --- Ours ---

    def ours(self):
        while True:
            self.make(int(self.guess * self.context.seconds))
            try:
                sample = loads.wrk(self.context, [self.fixture.server], self.kind, self.file)
                self.guess = sample.rate * MARGIN
                return sample
            except loads.UsedUp:
                say("  too few orders; repeating with twice as many")
                self.guess *= 2

    def make(self, needed):
        """Writes at least `needed` pending orders to the file. Missing ones are reserved through the API."""
        while True:
            orders = self.context.sql(
                self.fixture.inventory.database,
                """SELECT order_id FROM reservations
                   WHERE status = 'pending' AND expires_at > now() + interval '1 hour'
                   ORDER BY random()""").split()
            if len(orders) >= needed:
                break
            loads.wrk(
                self.context, [self.fixture.server], "prepare", self.fixture.all_ids, is_measured=False,
                seconds=max(1, round((needed - len(orders)) / 8_000)))
        self.file.write_text("\n".join(orders) + "\n")

    # --- The baseline ---

    def pgbench(self, clients):
        # Without enough orders for a whole run, pgbench would continue with orders that do not exist.
        if self.used() + FIRST_GUESS * self.context.seconds > self.pending:
            self.pending = max(200_000, FIRST_GUESS * self.context.seconds * 2)
            self.fixture.make_baseline(self.database, self.pending)
        sample = loads.pgbench(self.context, self.database, f"{self.kind}.sql", clients, RECORDS)
        if self.used() > self.pending:
            sample.errors["pending orders were used up"] = self.used() - self.pending
        return sample

    def used(self):
        if not self.pending:
            return 0
        return int(self.context.sql(
            self.database, "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM next_order"))


def resolving(kind):
    def measure(fixture):
        orders = Orders(fixture, kind)
        found = alternate(fixture.context, {
            PGBENCH[0]: lambda: orders.pgbench(8), "128 connections": orders.ours,
            PGBENCH[1]: lambda: orders.pgbench(32),
        })
        goal = Goal(f"{kind}, 128 connections", f"{kind}.sql", True, 2.0)
        return [goal.result(fixture.context, part(found, "128 connections"), part(found, *PGBENCH))]

    return measure
