"""Databases and servers that the benchmarks share, created on first use."""

import functools

import loads
from context import Failed
from service import RECORDS, Inventory, Server


class Fixture:
    def __init__(self, context):
        self.context = context
        self.databases = []
        # Samples of the benchmark `reserve` by side; other benchmarks need the highest rates.
        self.reserved = None

    # --- Ours ---

    @functools.cached_property
    def inventory(self):
        """10,000 records with plenty of units."""
        inventory = self.database("inventory")
        server = inventory.start()
        inventory.seed(server)
        inventory.everything, inventory.hot = inventory.record_ids()
        # Warms up the caches and lets the connections prepare their statements.
        loads.wrk(
            self.context, [server], "reserve", inventory.everything,
            seconds=1 if self.context.options.quick else 5, is_measured=False)
        return inventory

    def database(self, name):
        inventory = Inventory(self.context, name, redis_database=len(self.databases))
        self.databases.append(inventory)
        return inventory

    @property
    def server(self):
        """The only API process of `inventory`."""
        return (self.inventory.running or [self.inventory.start()])[0]

    @property
    def all_ids(self):
        return self.inventory.everything

    @property
    def hot_id(self):
        return self.inventory.hot

    # --- The baseline ---

    @functools.cached_property
    def baseline(self):
        self.make_baseline("baseline", pending=0)
        return "baseline"

    def make_baseline(self, database, pending):
        context = self.context
        if context.sql("postgres", f"SELECT count(*) FROM pg_database WHERE datname = '{database}'") == "0":
            context.sql("postgres", f"CREATE DATABASE {database}")
        context.psql(database, "-f", context.scripts / "schema.sql", items=RECORDS, pending=pending)

    def pgbench(self, script, clients, items=RECORDS):
        return lambda: loads.pgbench(self.context, self.baseline, script, clients, items)

    def wrk(self, kind, file=None, connections=128):
        return lambda: loads.wrk(self.context, [self.server], kind, file, connections)

    def constant(self, size):
        """A Hummingbird server whose answers have `size` bytes."""
        return Server(
            self.context, self.context.tools / "constant-route", ["--port", "PORT", "--size", str(size)], {},
            path="/constant")

    # --- The end ---

    def audit(self):
        """One line per database."""
        return [inventory.audit() for inventory in self.databases]

    def stop(self):
        for inventory in self.databases:
            inventory.stop()

    def need(self, program):
        if not (self.context.tools / program).exists():
            raise Failed(f"{program} is not in {self.context.tools}")
