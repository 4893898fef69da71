"""A large database compared with a small one of the same kind."""

import loads
from context import say
from goal import Goal, alternate, part

SMALL = 10_000


def fill(fixture, name, records):
    """Fills ten ledger rows per record, rolled up for reports. An import then adds more units than a run can sell."""
    context = fixture.context
    say(f"Filling {records} records")
    inventory = fixture.database(name)
    context.sql(name, "ALTER DATABASE " + name + " SET synchronous_commit = off")
    context.psql(name, "-f", context.repository / "scripts/bench.d/report-fill.sql", records=records)
    while context.psql(
            name, "-c", "SET work_mem = '256MB'; SET jit = off", "-c", "BEGIN ISOLATION LEVEL REPEATABLE READ",
            "-c", "SELECT is_complete FROM roll_ledger(5000, 1000000)", "-c", "COMMIT") != "t":
        pass
    context.sql(name, "ALTER DATABASE " + name + " RESET synchronous_commit")
    table = context.folder / f"{name}.csv"
    table.write_text("sku,warehouse_code,quantity_on_hand\n" + context.sql(
        name, """SELECT p.sku || ',' || w.code || ',1000000000000' FROM inventory i
                 JOIN products p ON p.id = i.product_id JOIN warehouses w ON w.id = i.warehouse_id""") + "\n")
    context.program("inventoryctl", "import", "stock", table, database=name)
    table.unlink()
    context.sql(name, "VACUUM ANALYZE")
    ids, _ = inventory.record_ids()
    server = inventory.start()
    loads.wrk(context, [server], "reserve", ids, seconds=60, is_measured=False)
    return inventory, server, ids


def reserve(fixture):
    context, large = fixture.context, fixture.context.options.records
    inventories = [fill(fixture, "small", SMALL), fill(fixture, "large", large)]
    sides = {
        f"{records:,} records": lambda server=server, ids=ids: loads.wrk(context, [server], "reserve", ids)
        for records, (_, server, ids) in zip((SMALL, large), inventories)
    }
    found = alternate(context, sides)
    for inventory, _, _ in inventories:
        inventory.stop()
    goal = Goal(
        f"reserve, uniform over {large:,} records with ten ledger rows each, 128 connections",
        f"the same on {SMALL:,} records", True, 0.85)
    return [goal.result(context, part(found, f"{large:,} records"), part(found, f"{SMALL:,} records"))]
