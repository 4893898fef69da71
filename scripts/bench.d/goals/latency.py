"""The slowest hundredth at half of the highest rate, latencies counted from when a request was due."""

import loads
from context import say
from goal import Goal, alternate, part
from samples import median
from service import RECORDS


def p99(world):
    world.need("open-loop")
    context = world.context
    say("  the highest rates first")
    highest = alternate(context, {
        "pgbench 8": world.pgbench("reserve.sql", 8), "ours": world.wrk("reserve", world.all_ids),
        "pgbench 32": world.pgbench("reserve.sql", 32),
    })
    clients = 8 if median(highest["pgbench 8"], "rate") >= median(highest["pgbench 32"], "rate") else 32
    half_of_theirs = median(highest[f"pgbench {clients}"], "rate") / 2
    half_of_ours = median(highest["ours"], "rate") / 2
    ours, theirs = f"open loop, {half_of_ours:.0f}/s", f"pgbench -R {half_of_theirs:.0f}, {clients} clients"
    found = alternate(context, {
        theirs: lambda: loads.pgbench(context, world.baseline, "reserve.sql", clients, RECORDS, half_of_theirs),
        ours: lambda: loads.open_loop(context, world.server, world.all_ids, half_of_ours),
    })
    goal = Goal("p99 of reserve at half of the highest rate", "pgbench -R at half of its highest", False, 3, "ms", "p99")
    return [goal.result(context, part(found, ours), part(found, theirs))]
