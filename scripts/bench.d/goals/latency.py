"""The slowest hundredth at half of the highest rate, latencies counted from when a request was due."""

import loads
import writes
from context import say
from goal import Goal, alternate, part
from samples import median
from service import RECORDS


def p99(world):
    world.need("open-loop")
    context = world.context
    if not world.reserved:
        say("  the highest rates first")
        writes.reserve(world)
    best = max(writes.PGBENCH, key=lambda side: median(world.reserved[side], "rate"))
    clients = writes.CLIENTS[best]
    half_of_theirs = median(world.reserved[best], "rate") / 2
    half_of_ours = max(
        median(samples, "rate") for side, samples in world.reserved.items() if side not in writes.PGBENCH) / 2
    ours, theirs = f"open loop, {half_of_ours:.0f}/s", f"pgbench -R {half_of_theirs:.0f}, {clients} clients"
    found = alternate(context, {
        theirs: lambda: loads.pgbench(context, world.baseline, "reserve.sql", clients, RECORDS, half_of_theirs),
        ours: lambda: loads.open_loop(context, world.server, world.all_ids, half_of_ours),
    })
    goal = Goal("p99 of reserve at half of the highest rate", "pgbench -R at half of its highest", False, 3, "ms", "p99")
    return [goal.result(context, part(found, ours), part(found, theirs))]
