"""The p99 at half of the highest rate, measured from the time at which a request was due."""

import loads
import writes
from context import say
from goal import Goal, alternate, part
from samples import median
from service import RECORDS


def p99(fixture):
    fixture.need("open-loop")
    context = fixture.context
    if not fixture.reserved:
        say("  measuring the highest rates first")
        writes.reserve(fixture)
    best = max(writes.PGBENCH, key=lambda side: median(fixture.reserved[side], "rate"))
    clients = writes.CLIENTS[best]
    half_of_theirs = median(fixture.reserved[best], "rate") / 2
    half_of_ours = max(
        median(samples, "rate") for side, samples in fixture.reserved.items() if side not in writes.PGBENCH) / 2
    ours, theirs = f"open loop, {half_of_ours:.0f}/s", f"pgbench -R {half_of_theirs:.0f}, {clients} clients"
    found = alternate(context, {
        theirs: lambda: loads.pgbench(context, fixture.baseline, "reserve.sql", clients, RECORDS, half_of_theirs),
        ours: lambda: loads.open_loop(context, fixture.server, fixture.all_ids, half_of_ours),
    })
    goal = Goal("p99 of reserve at half of the highest rate", "pgbench -R at half of its highest rate", False, 3, "ms", "p99")
    return [goal.result(context, part(found, ours), part(found, theirs))]
